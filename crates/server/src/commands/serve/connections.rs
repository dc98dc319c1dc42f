//! Connections on which the next request does not arrive are closed.
//!
//! Actix has a deadline for the first head of a connection and one for a silence between two requests, which ends with
//! the first byte. Whoever sends that byte and then nothing would keep the connection for ever.

use std::any::Any;
use std::net::Shutdown;
use std::rc::{Rc, Weak};
use std::time::Duration;

use actix_web::dev::Extensions;
use actix_web::rt::net::TcpStream;
use actix_web::rt::spawn;
use finance_http::ConnectionActivity;
use socket2::{SockRef, Socket};
use tokio::task::JoinHandle;
use tokio::time::sleep;

/// What belongs to a connection and goes with it: a second descriptor by which it can be closed, and the watcher.
struct Watched {
    _socket: Rc<Socket>,
    watcher: JoinHandle<()>,
}

impl Drop for Watched {
    fn drop(&mut self) {
        self.watcher.abort();
    }
}

/// Has every new connection closed when no request was served on it for longer than `limit`.
pub(super) fn watch(limit: Duration) -> impl Fn(&dyn Any, &mut Extensions) + Send + Sync + 'static {
    move |stream, data| {
        let Some(stream) = stream.downcast_ref::<TcpStream>() else { return };
        match SockRef::from(stream).try_clone() {
            Ok(socket) => {
                let socket = Rc::new(socket);
                let activity = ConnectionActivity::begin();
                let watcher = spawn(close_when_idle(Rc::downgrade(&socket), activity.clone(), limit));
                data.insert(activity);
                data.insert(Watched { _socket: socket, watcher });
            }
            Err(error) => {
                // Nobody could close it later, and those that nobody can close would in the end be all there are.
                tracing::warn!(%error, "a new connection is closed at once: it cannot be watched");
                let _ = SockRef::from(stream).shutdown(Shutdown::Both);
            }
        }
    }
}

async fn close_when_idle(socket: Weak<Socket>, activity: ConnectionActivity, limit: Duration) {
    // While a request is being served, the limit has not even begun.
    while let Some(rest) = limit.checked_sub(activity.idle().unwrap_or_default()) {
        // The timer counts whole milliseconds.
        sleep(rest.max(Duration::from_millis(1))).await;
    }
    if let Some(socket) = socket.upgrade() {
        tracing::debug!("closing a connection: the next request does not arrive");
        // Actix reads the end of the connection, and does the rest. It may have closed it in this moment.
        let _ = socket.shutdown(Shutdown::Both);
    }
}
