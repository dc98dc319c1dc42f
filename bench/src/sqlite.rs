//! Raw prepared statements on SQLite. What to do comes as JSON on standard input, the outcome goes to standard output.

use std::io::{self, Write as _};
use std::thread;
use std::time::{Duration, Instant};

use rusqlite::types::Value;
use rusqlite::{Connection, OpenFlags, params_from_iter};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::Outcome;

/// A statement that reads, with the parameters of each call.
#[derive(Deserialize)]
struct Reading {
    sql: String,
    calls: Vec<Vec<Parameter>>,
    threads: usize,
    seconds: u64,
}

/// Rows to insert: copies of existing ones under new ids.
#[derive(Deserialize)]
struct Inserting {
    table: String,
    /// The column of the id.
    id: String,
    /// Ids of rows to copy, in hexadecimal digits.
    templates: Vec<String>,
    /// A query for each row before it is inserted, with its parameters.
    look_up: Option<(String, Vec<Parameter>)>,
    per_commit: usize,
    seconds: u64,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Parameter {
    /// Hexadecimal digits.
    Blob(String),
    Text(String),
    Integer(i64),
}

impl Parameter {
    fn value(&self) -> Outcome<Value> {
        Ok(match self {
            Self::Blob(digits) => Value::Blob(bytes(digits)?),
            Self::Text(text) => Value::Text(text.clone()),
            Self::Integer(number) => Value::Integer(*number),
        })
    }
}

fn bytes(digits: &str) -> Outcome<Vec<u8>> {
    let byte = |at| u8::from_str_radix(digits.get(at..at + 2).unwrap_or_default(), 16);
    Ok((0..digits.len()).step_by(2).map(byte).collect::<Result<_, _>>()?)
}

fn values(parameters: &[Parameter]) -> Outcome<Vec<Value>> {
    parameters.iter().map(Parameter::value).collect()
}

fn from_stdin<T: DeserializeOwned>() -> Outcome<T> {
    Ok(serde_json::from_reader(io::stdin().lock())?)
}

fn open(path: &str) -> Outcome<Connection> {
    Ok(Connection::open_with_flags(
        path,
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX,
    )?)
}

fn print(operations: usize, elapsed: Duration) {
    println!("{}", operations as f64 / elapsed.as_secs_f64());
}

/// Runs a script.
pub(crate) fn script(path: &str) -> Outcome<()> {
    Ok(open(path)?.execute_batch(&io::read_to_string(io::stdin().lock())?)?)
}

/// Prints the first column, a text, of each row.
pub(crate) fn query(path: &str) -> Outcome<()> {
    let sql = io::read_to_string(io::stdin().lock())?;
    let connection = open(path)?;
    let mut statement = connection.prepare(&sql)?;
    let mut rows = statement.query([])?;
    let mut output = io::BufWriter::new(io::stdout().lock());
    while let Some(row) = rows.next()? {
        writeln!(output, "{}", row.get::<_, String>(0)?)?;
    }
    Ok(output.flush()?)
}

/// Runs a query over and over on several threads, and looks at every column of every row.
pub(crate) fn read(path: &str) -> Outcome<()> {
    let reading: Reading = from_stdin()?;
    let start = Instant::now();
    let counts: Outcome<Vec<usize>> = thread::scope(|scope| {
        let threads: Vec<_> = (0..reading.threads)
            .map(|thread| {
                scope.spawn({
                    let reading = &reading;
                    move || read_on_one(path, reading, thread)
                })
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().map_err(|_| "a thread panicked")?).collect()
    });
    print(counts?.iter().sum(), start.elapsed());
    Ok(())
}

fn read_on_one(path: &str, reading: &Reading, thread: usize) -> Outcome<usize> {
    let connection = open(path)?;
    let calls = reading.calls.iter().map(|call| values(call)).collect::<Outcome<Vec<_>>>()?;
    let mut statement = connection.prepare(&reading.sql)?;
    let columns = statement.column_count();
    let until = Instant::now() + Duration::from_secs(reading.seconds);
    let mut count = 0;
    // Each thread begins elsewhere.
    let mut calls = calls.iter().cycle().skip(thread * calls.len() / reading.threads);
    while Instant::now() < until {
        let call = calls.next().ok_or("no calls")?;
        let mut rows = statement.query(params_from_iter(call))?;
        let mut found = 0;
        while let Some(row) = rows.next()? {
            for column in 0..columns {
                std::hint::black_box(row.get_ref(column)?);
            }
            found += 1;
        }
        if found == 0 {
            return Err("nothing was found".into());
        }
        count += 1;
    }
    Ok(count)
}

/// Inserts rows, so many per commit, each commit durable.
pub(crate) fn insert(path: &str) -> Outcome<()> {
    let inserting: Inserting = from_stdin()?;
    let connection = open(path)?;
    connection.execute_batch(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA busy_timeout = 4000",
    )?;
    let Inserting { table, id, .. } = &inserting;
    let mut templates = Vec::new();
    let mut columns = Vec::new();
    for digits in &inserting.templates {
        let mut statement = connection.prepare(&format!("SELECT * FROM {table} WHERE {id} = ?1"))?;
        columns = statement.column_names().into_iter().map(str::to_owned).collect();
        let width = columns.len();
        let row = statement.query_row([bytes(digits)?], |row| {
            (0..width).map(|at| row.get(at)).collect::<Result<Vec<Value>, _>>()
        })?;
        templates.push(row);
    }
    let id_at = columns.iter().position(|column| column == id).ok_or("no such column")?;
    let places = vec!["?"; columns.len()].join(", ");
    let mut insert =
        connection.prepare(&format!("INSERT INTO {table} ({}) VALUES ({places})", columns.join(", ")))?;
    let mut look_up = match &inserting.look_up {
        Some((sql, parameters)) => Some((connection.prepare(sql)?, values(parameters)?)),
        None => None,
    };
    let mut begin = connection.prepare("BEGIN IMMEDIATE")?;
    let mut commit = connection.prepare("COMMIT")?;
    let first = first_id()?;
    let start = Instant::now();
    let mut count = 0;
    while start.elapsed().as_secs() < inserting.seconds {
        begin.execute([])?;
        for _ in 0..inserting.per_commit {
            if let Some((statement, parameters)) = &mut look_up {
                let found: Value =
                    statement.query_row(params_from_iter(parameters.iter()), |row| row.get(0))?;
                std::hint::black_box(found);
            }
            let at = count % templates.len();
            let row = &mut templates[at];
            row[id_at] = Value::Blob((first + count as u128).to_be_bytes().to_vec());
            insert.execute(params_from_iter(row.iter()))?;
            count += 1;
        }
        commit.execute([])?;
    }
    print(count, start.elapsed());
    Ok(())
}

/// An id that grows like a UUIDv7: its first 48 bits are the time in milliseconds.
fn first_id() -> Outcome<u128> {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH)?;
    Ok((now.as_millis() << 80) | (0x7 << 76) | (0x2 << 62))
}
