//! The `PostgreSQL` of the tests can be stopped, started again, frozen and thawed, and leaves nothing behind.

use finance_testing::postgres::{Options, PostgresServer, fresh_database};
use tokio_postgres::{Client, Error, NoTls};

async fn connect(url: &str) -> Result<Client, Error> {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await?;
    tokio::spawn(connection);
    Ok(client)
}

#[tokio::test]
async fn a_fresh_database_is_empty_and_goes_with_its_value() {
    let (one, other) = (fresh_database(), fresh_database());
    assert_ne!(one.url(), other.url());
    let client = connect(one.url()).await.unwrap();
    client.batch_execute("CREATE TABLE things (id int)").await.unwrap();
    let client = connect(other.url()).await.unwrap();
    client.batch_execute("CREATE TABLE things (id int)").await.unwrap();
    let url = one.url().to_owned();
    drop(one);
    assert!(connect(&url).await.is_err());
}

#[tokio::test]
async fn a_server_keeps_its_data_while_it_is_stopped() {
    let mut server = PostgresServer::start_with(Options { durable: true, ..Options::default() });
    let url = server.create_database();
    let client = connect(&url).await.unwrap();
    client.batch_execute("CREATE TABLE things (id int); INSERT INTO things VALUES (1)").await.unwrap();
    server.stop();
    assert!(connect(&url).await.is_err());
    assert!(client.batch_execute("SELECT 1").await.is_err());
    server.start_again();
    let client = connect(&url).await.unwrap();
    assert_eq!(client.query("SELECT id FROM things", &[]).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_frozen_server_answers_when_it_is_thawed() {
    let server = PostgresServer::start();
    let client = connect(&server.url("postgres")).await.unwrap();
    server.freeze();
    let answer = tokio::spawn(async move { client.batch_execute("SELECT 1").await });
    tokio::task::yield_now().await;
    assert!(!answer.is_finished());
    server.thaw();
    answer.await.unwrap().unwrap();
}

#[tokio::test]
async fn a_server_for_tls_refuses_plain_connections() {
    let server = PostgresServer::start_with(Options { tls_only: true, ..Options::default() });
    let url = server.create_database();
    let refusal = connect(&url).await.err().unwrap();
    assert_eq!(refusal.as_db_error().unwrap().code().code(), "28000");
    assert!(server.ca_certificate().is_file());
}

#[test]
fn a_server_leaves_nothing_behind_even_when_it_is_frozen() {
    let server = PostgresServer::start_with(Options { tls_only: true, ..Options::default() });
    let (port, directory) = (server.port(), server.ca_certificate().parent().unwrap().to_owned());
    server.freeze();
    drop(server);
    assert!(!directory.exists());
    assert!(std::net::TcpListener::bind(("127.0.0.1", port)).is_ok());
}
