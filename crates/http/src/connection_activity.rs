use std::cell::Cell;
use std::rc::Rc;
use std::time::{Duration, Instant};

/// Whether a request is being served on a connection, and for how long none has been.
///
/// Whoever accepts a connection puts one into the data of that connection, where the application finds it and marks
/// each request, from its head until its answer's body has gone.
#[derive(Debug, Clone)]
pub struct ConnectionActivity(Rc<Activity>);

#[derive(Debug)]
struct Activity {
    serving: Cell<u32>,
    idle_since: Cell<Instant>,
}

impl ConnectionActivity {
    /// That of a connection made just now.
    pub fn begin() -> Self {
        Self(Rc::new(Activity { serving: Cell::new(0), idle_since: Cell::new(Instant::now()) }))
    }

    /// How long no request has been served; `None` while one is.
    pub fn idle(&self) -> Option<Duration> {
        (self.0.serving.get() == 0).then(|| self.0.idle_since.get().elapsed())
    }

    /// A request is being served as long as the answer lives.
    pub(crate) fn serve(&self) -> Serving {
        self.0.serving.update(|serving| serving + 1);
        Serving(self.clone())
    }
}

/// A request that is being served.
pub(crate) struct Serving(ConnectionActivity);

impl Drop for Serving {
    fn drop(&mut self) {
        let Activity { serving, idle_since } = &*self.0.0;
        serving.update(|serving| serving - 1);
        idle_since.set(Instant::now());
    }
}

#[cfg(test)]
mod tests {
    use std::thread::sleep;

    use super::*;

    #[test]
    fn a_connection_is_idle_between_requests() {
        let pause = Duration::from_millis(50);
        let activity = ConnectionActivity::begin();
        sleep(pause);
        assert!(activity.idle().unwrap() >= pause);
        let first = activity.serve();
        let second = activity.serve();
        assert_eq!(activity.idle(), None);
        drop(first);
        assert_eq!(activity.idle(), None);
        sleep(pause);
        let ended = Instant::now();
        drop(second);
        assert!(activity.idle().unwrap() <= ended.elapsed());
    }
}
