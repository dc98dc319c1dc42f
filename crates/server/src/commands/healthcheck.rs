//! `finance-api healthcheck`: for a container without a shell or curl.

use std::io::{self, Read as _, Write as _};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream, ToSocketAddrs as _};
use std::time::Duration;

use super::CommandError;
use crate::cli::HealthcheckArguments;
use crate::config::{self, ListenConfig};

/// The patience with each step: with readiness, which waits for the database, a little more than 2 seconds.
const TIMEOUT: Duration = Duration::from_secs(3);

/// Succeeds when the server on this machine answers 200.
pub(crate) fn run(arguments: &HealthcheckArguments) -> Result<(), CommandError> {
    let listen = config::load(ListenConfig::read)?;
    let path = if arguments.ready { "/health/ready" } else { "/health/live" };
    let address = address(&listen).map_err(|error| {
        CommandError::Failed(format!("the address of HOST {} is not known: {error}", listen.host))
    })?;
    let status = status(address, path)
        .map_err(|error| CommandError::Failed(format!("http://{address}{path} does not answer: {error}")))?;
    if status == 200 {
        Ok(())
    } else {
        Err(CommandError::Failed(format!("http://{address}{path} answers {status}")))
    }
}

/// Where to reach a server that listens there from the same machine.
fn address(listen: &ListenConfig) -> io::Result<SocketAddr> {
    let address = (listen.host.as_str(), listen.port).to_socket_addrs()?.next();
    let mut address = address.ok_or(io::ErrorKind::NotFound)?;
    match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => address.set_ip(Ipv4Addr::LOCALHOST.into()),
        IpAddr::V6(ip) if ip.is_unspecified() => address.set_ip(Ipv6Addr::LOCALHOST.into()),
        _ => {}
    }
    Ok(address)
}

/// The status of the answer to a GET.
fn status(address: SocketAddr, path: &str) -> io::Result<u16> {
    let mut stream = TcpStream::connect_timeout(&address, TIMEOUT)?;
    stream.set_read_timeout(Some(TIMEOUT))?;
    stream.set_write_timeout(Some(TIMEOUT))?;
    let request = format!("GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes())?;
    // `HTTP/1.1 200` is all that is needed.
    let mut start = [0; 12];
    stream.read_exact(&mut start)?;
    let status = start.strip_prefix(b"HTTP/1.").and_then(|rest| rest.get(2..)).map(String::from_utf8_lossy);
    status
        .and_then(|digits| digits.parse().ok())
        .ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, "this is no HTTP"))
}

#[cfg(test)]
mod tests {
    use std::io::BufRead as _;
    use std::net::TcpListener;
    use std::thread;

    use super::*;

    /// Answers one request, whose first line it gives back.
    fn server(answer: &'static str) -> (SocketAddr, thread::JoinHandle<String>) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let thread = thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut lines = io::BufReader::new(stream.try_clone().unwrap()).lines();
            let first = lines.next().unwrap().unwrap();
            lines.find(|line| line.as_ref().is_ok_and(String::is_empty));
            stream.write_all(answer.as_bytes()).unwrap();
            first
        });
        (address, thread)
    }

    #[test]
    fn reads_the_status() {
        for (answer, expected) in [
            ("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n", Some(200)),
            ("HTTP/1.1 503 Service Unavailable\r\n\r\n", Some(503)),
            ("SSH-2.0-OpenSSH\r\n", None),
            ("HTTP/1.1", None),
        ] {
            let (address, server) = server(answer);
            assert_eq!(status(address, "/health/live").ok(), expected, "{answer}");
            assert_eq!(server.join().unwrap(), "GET /health/live HTTP/1.1");
        }
    }

    #[test]
    fn a_port_where_nobody_listens_is_a_failure() {
        let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        assert!(status(address, "/health/live").is_err());
    }

    #[test]
    fn asks_this_machine() {
        for (host, expected) in
            [("0.0.0.0", "127.0.0.1:80"), ("::", "[::1]:80"), ("127.0.0.2", "127.0.0.2:80")]
        {
            let listen = ListenConfig { host: host.to_owned(), port: 80 };
            assert_eq!(address(&listen).unwrap().to_string(), expected);
        }
    }
}
