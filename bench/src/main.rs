//! The floors: an actix-web server that answers constants, and raw prepared statements on SQLite.

mod http;
mod sqlite;

use std::error::Error;

type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

fn main() -> Outcome<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments.as_slice() {
        ["http", port, workers, directory] => http::serve(port.parse()?, workers.parse()?, directory),
        ["sqlite-script", database] => sqlite::script(database),
        ["sqlite-query", database] => sqlite::query(database),
        ["sqlite-read", database] => sqlite::read(database),
        ["sqlite-insert", database] => sqlite::insert(database),
        ["versions"] => {
            println!("{}", rusqlite::version());
            Ok(())
        }
        _ => Err("http PORT WORKERS DIRECTORY | sqlite-script|sqlite-query|sqlite-read|sqlite-insert DATABASE | versions"
            .into()),
    }
}
