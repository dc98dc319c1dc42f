use std::fmt;
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener};
use std::time::Duration;

use socket2::SockRef;
use tokio::time::sleep;

use crate::config::ListenConfig;

/// How many connections may wait to be accepted: what a load balancer opens at once when it finds a new process.
const BACKLOG: i32 = 1024;

/// How long connections that are being opened may take to be served once no more are let in.
const SETTLE: Duration = Duration::from_millis(500);

/// The socket that the server listens on.
pub(super) struct Listener {
    socket: TcpListener,
    address: SocketAddr,
}

/// Nobody can listen there.
#[derive(Debug)]
pub(super) struct BindError {
    host: String,
    port: u16,
    source: io::Error,
}

impl fmt::Display for BindError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { host, port, source } = self;
        match source.kind() {
            io::ErrorKind::AddrInUse => write!(
                f,
                "port {port} of {host} is taken by another program; choose another one by the variable PORT, such \
                 as PORT={}, or PORT=0 for any",
                port.checked_add(1).unwrap_or(8000)
            ),
            io::ErrorKind::PermissionDenied => {
                write!(f, "port {port} is not open to everyone: set PORT to one of 1024 or more ({source})")
            }
            _ => write!(f, "cannot listen on port {port} of HOST {host}: {source}"),
        }
    }
}

impl Listener {
    /// Listens; connections wait until somebody accepts them.
    pub(super) fn bind(config: &ListenConfig) -> Result<Self, BindError> {
        let ListenConfig { host, port } = config;
        Self::try_bind(host, *port).map_err(|source| BindError { host: host.clone(), port: *port, source })
    }

    fn try_bind(host: &str, port: u16) -> io::Result<Self> {
        let socket = TcpListener::bind((host, port))?;
        SockRef::from(&socket).listen(BACKLOG)?;
        let address = socket.local_addr()?;
        Ok(Self { socket, address })
    }

    /// The socket for whoever accepts. Connections live on in this one when that is closed.
    pub(super) fn accepting(&self) -> io::Result<TcpListener> {
        self.socket.try_clone()
    }

    pub(super) const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Where a browser on the same machine finds the server.
    pub(super) fn url(&self) -> String {
        let mut address = self.address;
        if address.ip().is_unspecified() {
            address.set_ip(IpAddr::V4(Ipv4Addr::LOCALHOST));
        }
        format!("http://{address}")
    }

    /// Lets no new connections in, and waits until those that are already open have been accepted.
    ///
    /// Closing the socket would reset those that wait in its queue, with a request in each. So it stays open and
    /// deaf: who asks now gets no answer, tries again and finds the socket closed or another process behind it.
    pub(super) async fn refuse_new(&self) {
        if let Err(error) = ignore_new(&SockRef::from(&self.socket)) {
            tracing::warn!(%error, "connections that are opened right now may be lost");
        }
        sleep(SETTLE).await;
    }
}

/// Drops the packets that ask for a connection.
#[cfg(target_os = "linux")]
fn ignore_new(socket: &SockRef<'_>) -> io::Result<()> {
    use socket2::SockFilter;
    /// Where the flags are in a TCP header (RFC 9293, section 3.1), and the one that opens a connection.
    const FLAGS: u32 = 13;
    const SYN: u32 = 0x02;
    // Classic BPF, as in the kernel's linux/bpf_common.h.
    let filter = [
        SockFilter::new(0x30, 0, 0, FLAGS),    // load the byte
        SockFilter::new(0x45, 0, 1, SYN),      // skip one unless the bit is set
        SockFilter::new(0x06, 0, 0, 0),        // drop the packet
        SockFilter::new(0x06, 0, 0, u32::MAX), // keep all of it
    ];
    // Not every sandbox that looks like Linux knows filters.
    socket.attach_filter(&filter).or_else(|_| socket.listen(0))
}

/// Shrinks the queue, which leaves room for one.
#[cfg(not(target_os = "linux"))]
fn ignore_new(socket: &SockRef<'_>) -> io::Result<()> {
    socket.listen(0)
}

#[cfg(test)]
mod tests {
    use std::io::{Read as _, Write as _};
    use std::net::TcpStream;

    use super::*;

    fn config(host: &str, port: u16) -> ListenConfig {
        ListenConfig { host: host.to_owned(), port }
    }

    #[test]
    fn a_taken_port_is_told_with_the_way_out() {
        let taken = Listener::bind(&config("127.0.0.1", 0)).unwrap();
        let port = taken.address().port();
        let error = Listener::bind(&config("127.0.0.1", port)).err().unwrap().to_string();
        assert!(error.contains(&format!("port {port} of 127.0.0.1 is taken")), "{error}");
        let error = Listener::bind(&config("host.invalid", 80)).err().unwrap().to_string();
        assert!(error.contains("host.invalid"), "{error}");
    }

    #[test]
    fn every_interface_is_found_on_this_one() {
        let listener = Listener::bind(&config("0.0.0.0", 0)).unwrap();
        assert_eq!(listener.url(), format!("http://127.0.0.1:{}", listener.address().port()));
    }

    #[tokio::test]
    async fn those_who_wait_are_served_and_no_others_let_in() {
        let listener = Listener::bind(&config("127.0.0.1", 0)).unwrap();
        let mut waiting: Vec<TcpStream> =
            (0..20).map(|_| TcpStream::connect(listener.address()).unwrap()).collect();
        listener.refuse_new().await;
        let late = TcpStream::connect_timeout(&listener.address(), Duration::from_millis(100));
        assert!(late.is_err(), "nobody is let in any more");
        for client in &mut waiting {
            client.write_all(b"?").unwrap();
            let (mut server, _) = listener.socket.accept().unwrap();
            server.write_all(b"!").unwrap();
        }
        for client in &mut waiting {
            client.read_exact(&mut [0]).unwrap();
        }
    }
}
