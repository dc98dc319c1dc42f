//! `PostgreSQL`: a pool of connections, of which each call leases one for a bounded time.

use std::time::Duration;

use deadpool::managed::{self, Metrics, Object, PoolError, RecycleError, RecycleResult};
use diesel::result::{DatabaseErrorKind, Error as DieselError};
use diesel_async::pooled_connection::PoolableConnection as _;
use diesel_async::{AsyncPgConnection, SimpleAsyncConnection as _};
use finance_domain::ports::StoreError;
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::error::{Away, ConnectError, WriteError, store_error};
use crate::url::PostgresTarget;

mod tls;

/// How often a call is sent again when nothing of it can have happened.
pub(crate) const ATTEMPTS: usize = 4;

/// Connections to a `PostgreSQL` server. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Postgres {
    pool: managed::Pool<Connector>,
    timeout: Duration,
}

impl Postgres {
    /// Prepares a pool; connects with the first call.
    pub(crate) fn new(
        target: &PostgresTarget,
        pool_size: usize,
        timeout: Duration,
    ) -> Result<Self, ConnectError> {
        let connector = Connector::new(target, timeout)?;
        let pool = managed::Pool::builder(connector)
            .max_size(pool_size)
            .build()
            .map_err(|error| ConnectError::Settings(error.to_string()))?;
        Ok(Self { pool, timeout })
    }

    /// Waits for a call no longer than the time that a call may take. What is given up drops its lease, and with it
    /// the connection: it may hang, or be in the middle of an answer.
    pub(crate) fn bounded<T, E: From<StoreError>>(
        &self,
        call: impl Future<Output = Result<T, E>>,
    ) -> impl Future<Output = Result<T, E>> {
        let limit = self.timeout;
        // Boxed, for each future around it would hold it twice: as what it was given and as what it waits for.
        let call = Box::pin(tokio::time::timeout(limit, call));
        async move {
            match call.await {
                Ok(outcome) => outcome,
                Err(_) => Err(StoreError::from(Away::TimedOut(limit)).into()),
            }
        }
    }

    /// A connection that is open as far as is known.
    pub(crate) async fn lease(&self) -> Result<Lease, StoreError> {
        match self.pool.get().await {
            Ok(connection) => Ok(Lease { connection: Some(connection) }),
            Err(PoolError::Backend(error)) => Err(Away::NoConnection(Box::new(error)).into()),
            Err(PoolError::Closed) => Err(Away::Closed.into()),
            Err(error) => Err(Away::NoConnection(error.to_string().into()).into()),
        }
    }

    /// A connection outside the pool, on which statements may take as long as they take.
    pub(crate) async fn dedicated(&self) -> Result<AsyncPgConnection, StoreError> {
        let connection = self.pool.manager().connect().await;
        connection.map_err(|error| Away::NoConnection(Box::new(error)).into())
    }

    /// Ends every connection as soon as it is idle.
    pub(crate) fn close(&self) {
        self.pool.close();
    }
}

/// A connection for one call. It returns to the pool only once [`Lease::finish`] has seen the answer; a call that is
/// given up before that leaves it in an unknown state, so that it is closed instead.
pub(crate) struct Lease {
    connection: Option<Object<Connector>>,
}

impl Lease {
    /// The connection.
    pub(crate) fn connection(&mut self) -> Result<&mut AsyncPgConnection, DieselError> {
        // The pool's object is there until the lease is finished.
        self.connection.as_deref_mut().ok_or(DieselError::BrokenTransactionManager)
    }

    /// Gives the connection back and tells how the call went.
    pub(crate) fn finish<T>(mut self, outcome: Result<T, DieselError>) -> Result<T, Failure> {
        let mut broken = false;
        if let Some(mut connection) = self.connection.take()
            && outcome.is_err()
        {
            broken = connection.is_broken();
            if broken {
                drop(Object::take(connection));
            }
        }
        outcome.map_err(|error| match error {
            error @ DieselError::DatabaseError(
                DatabaseErrorKind::UnableToSendCommand | DatabaseErrorKind::ClosedConnection,
                _,
            ) => Failure::ConnectionLost(error),
            error @ DieselError::DatabaseError(DatabaseErrorKind::Unknown, _) if broken => {
                Failure::ConnectionLost(error)
            }
            error => Failure::Query(error),
        })
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        if let Some(connection) = self.connection.take() {
            drop(Object::take(connection));
        }
    }
}

/// How a call on a lease failed.
pub(crate) enum Failure {
    /// The connection broke: whether the statement had an effect is unknown.
    ConnectionLost(DieselError),
    /// The server refused the statement, which had no effect.
    Query(DieselError),
}

impl From<Failure> for StoreError {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::ConnectionLost(error) => Away::ConnectionLost(error).into(),
            Failure::Query(error) => store_error(error),
        }
    }
}

impl From<Failure> for WriteError {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::ConnectionLost(error) => Self::Store(Away::ConnectionLost(error).into()),
            Failure::Query(error) => error.into(),
        }
    }
}

/// Opens connections for the pool.
pub(crate) struct Connector {
    config: tokio_postgres::Config,
    tls: Option<MakeRustlsConnect>,
    /// Sent to each new connection of the pool.
    session: String,
}

/// Why there is no new connection.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ConnectorError {
    /// The server is away or refused us.
    #[error("cannot connect to PostgreSQL")]
    Connect(#[from] tokio_postgres::Error),
    /// The session could not be set up.
    #[error("cannot set up a PostgreSQL session")]
    SetUp(#[from] diesel::ConnectionError),
    /// The session could not be set up.
    #[error("cannot set up a PostgreSQL session")]
    Session(#[from] DieselError),
}

impl Connector {
    fn new(target: &PostgresTarget, timeout: Duration) -> Result<Self, ConnectError> {
        let mut config = target.config.clone();
        config.ssl_mode(tls::ssl_mode(&target.encryption));
        if config.get_application_name().is_none() {
            config.application_name("finance-api");
        }
        if config.get_connect_timeout().is_none() {
            config.connect_timeout(timeout);
        }
        config
            .keepalives(true)
            .keepalives_idle(Duration::from_secs(30))
            .keepalives_interval(Duration::from_secs(10))
            .keepalives_retries(3)
            .tcp_user_timeout(timeout);
        // The server gives up on a statement soon after its caller did, rather than working on for nobody. READ
        // COMMITTED is what the statements are written for. Each of them is about one user, to whom an index leads;
        // other ways look cheap to the planner only as long as its statistics do not know this user's ledger. To compile
        // a statement takes longer than to run it. Pages are in memory or on flash: those of a user who has much are not
        // so much cheaper that each statement has to be planned for the user at hand.
        let limit = timeout.as_millis() + 1000;
        let session = format!(
            "SET statement_timeout = {limit}; SET idle_in_transaction_session_timeout = {limit}; \
             SET enable_seqscan = off; SET enable_bitmapscan = off; SET jit = off; SET random_page_cost = 1.1; \
             SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL READ COMMITTED"
        );
        Ok(Self { config, tls: tls::connector(&target.encryption)?, session })
    }

    async fn connect(&self) -> Result<AsyncPgConnection, ConnectorError> {
        Ok(if let Some(tls) = &self.tls {
            let (client, connection) = self.config.connect(tls.clone()).await?;
            AsyncPgConnection::try_from_client_and_connection(client, connection).await?
        } else {
            let (client, connection) = self.config.connect(tokio_postgres::NoTls).await?;
            AsyncPgConnection::try_from_client_and_connection(client, connection).await?
        })
    }
}

impl managed::Manager for Connector {
    type Type = AsyncPgConnection;
    type Error = ConnectorError;

    async fn create(&self) -> Result<AsyncPgConnection, ConnectorError> {
        // Boxed, for it is rare and its state large: otherwise each call would carry room for it.
        let connection = async {
            let mut connection = self.connect().await?;
            connection.batch_execute(&self.session).await?;
            Ok(connection)
        };
        Box::pin(connection).await
    }

    /// Without a query: whether the socket is closed is known already, and the rest shows with the next call.
    async fn recycle(
        &self,
        connection: &mut AsyncPgConnection,
        _: &Metrics,
    ) -> RecycleResult<ConnectorError> {
        if connection.is_broken() {
            return Err(RecycleError::message("the connection is closed"));
        }
        Ok(())
    }
}
