//! Writes lines on a thread of its own: whoever logs only appends to a buffer in memory.

use std::io::{self, Write};
use std::mem;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use tracing_subscriber::fmt::MakeWriter;

/// How much may wait to be written. When a reader of the logs is so far behind, whoever logs waits: no line is lost.
const FULL: usize = 4 << 20;

/// How long lines are collected before they are written, so that a busy server writes hundreds at a time.
const LINGER: Duration = Duration::from_millis(5);

/// How much memory is kept for lines to come; what a burst needs beyond is given back.
const USUAL: usize = 128 << 10;

#[derive(Default)]
struct Buffer {
    lines: Vec<u8>,
    closed: bool,
    /// The thread sleeps until it is woken.
    idle: bool,
    /// Nobody reads what is written.
    broken: bool,
}

#[derive(Default)]
struct Shared {
    buffer: Mutex<Buffer>,
    /// Lines came, or the end.
    wake: Condvar,
    /// There is room again.
    room: Condvar,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Buffer> {
        // Appending and taking leave no half change behind.
        self.buffer.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Where loggers write to.
#[derive(Clone)]
pub(super) struct LogWriter {
    shared: Arc<Shared>,
}

/// The thread that writes. Dropping it writes what is left.
pub(super) struct Destination {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

/// Starts a thread that writes to `output`. If none can be started, nothing is logged.
pub(super) fn open(output: impl Write + Send + 'static) -> (LogWriter, Destination) {
    let shared = Arc::new(Shared::default());
    let of_thread = Arc::clone(&shared);
    let thread =
        thread::Builder::new().name("log".to_owned()).spawn(move || write_all(&of_thread, output)).ok();
    shared.lock().broken = thread.is_none();
    (LogWriter { shared: Arc::clone(&shared) }, Destination { shared, thread })
}

impl Write for LogWriter {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        let buffer = self.shared.lock();
        let full = |buffer: &mut Buffer| buffer.lines.len() >= FULL && !buffer.broken && !buffer.closed;
        let mut buffer = self.shared.room.wait_while(buffer, full).unwrap_or_else(PoisonError::into_inner);
        if !buffer.broken && !buffer.closed {
            buffer.lines.extend_from_slice(line);
            if mem::take(&mut buffer.idle) {
                self.shared.wake.notify_one();
            }
        }
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for LogWriter {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

impl Drop for Destination {
    fn drop(&mut self) {
        self.shared.lock().closed = true;
        self.shared.wake.notify_one();
        if let Some(thread) = self.thread.take() {
            // It has no way to panic, and if it had, there would be no log to say so.
            let _ = thread.join();
        }
    }
}

/// Writes until the end is announced and nothing is left.
fn write_all(shared: &Shared, mut output: impl Write) {
    let mut lines = Vec::new();
    loop {
        let mut buffer = shared.lock();
        buffer.idle = buffer.lines.is_empty();
        let nothing = |buffer: &mut Buffer| buffer.lines.is_empty() && !buffer.closed;
        buffer = shared.wake.wait_while(buffer, nothing).unwrap_or_else(PoisonError::into_inner);
        buffer.idle = false;
        let collecting = |buffer: &mut Buffer| !buffer.closed && buffer.lines.len() < FULL / 2;
        buffer = match shared.wake.wait_timeout_while(buffer, LINGER, collecting) {
            Ok((buffer, _)) => buffer,
            Err(poisoned) => poisoned.into_inner().0,
        };
        let end = buffer.closed;
        mem::swap(&mut lines, &mut buffer.lines);
        drop(buffer);
        shared.room.notify_all();
        // A pipe that nobody reads from is no reason to stop the server: it goes on without a log.
        if output.write_all(&lines).and_then(|()| output.flush()).is_err() {
            let mut buffer = shared.lock();
            buffer.broken = true;
            buffer.lines = Vec::new();
            drop(buffer);
            shared.room.notify_all();
            return;
        }
        lines.clear();
        lines.shrink_to(USUAL);
        if end {
            return;
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// Keeps what is written.
    #[derive(Clone, Default)]
    pub(in crate::telemetry) struct Output(Arc<Mutex<Vec<u8>>>);

    impl Output {
        pub(in crate::telemetry) fn text(&self) -> String {
            String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
        }
    }

    impl Write for Output {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    struct ClosedPipe;

    impl Write for ClosedPipe {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::ErrorKind::BrokenPipe.into())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn every_line_of_every_thread_is_written() {
        let output = Output::default();
        let (writer, destination) = open(output.clone());
        thread::scope(|scope| {
            for name in ["a", "b", "c"] {
                let mut writer = writer.clone();
                scope.spawn(move || {
                    for number in 0..10_000 {
                        writer.write_all(format!("{name}{number}\n").as_bytes()).unwrap();
                    }
                });
            }
        });
        drop(destination);
        let text = output.text();
        for name in ["a", "b", "c"] {
            let of_thread: Vec<_> = text.lines().filter(|line| line.starts_with(name)).collect();
            assert_eq!(of_thread, (0..10_000).map(|number| format!("{name}{number}")).collect::<Vec<_>>());
        }
    }

    #[test]
    fn a_closed_pipe_stops_nobody() {
        let (mut writer, destination) = open(ClosedPipe);
        for _ in 0..10 {
            writer.write_all(&vec![b'x'; FULL]).unwrap();
        }
        drop(destination);
        writer.write_all(b"after the end").unwrap();
    }

    #[test]
    fn more_than_fits_is_written_in_time() {
        let output = Output::default();
        let (mut writer, destination) = open(output.clone());
        for _ in 0..5 {
            writer.write_all(&vec![b'x'; FULL]).unwrap();
        }
        drop(destination);
        assert_eq!(output.text().len(), 5 * FULL);
    }
}
