use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;

use super::*;

fn hasher(load: BcryptLoad) -> BcryptHasher {
    BcryptHasher::new(BcryptCost::new(4).unwrap(), load)
}

fn quick() -> BcryptHasher {
    hasher(BcryptLoad::for_cores(2))
}

async fn matches(password: &str, tried: &str) -> bool {
    let hasher = quick();
    let hash = hasher.hash(password.into()).await.unwrap();
    hasher.verify(tried.into(), Some(hash)).await.unwrap()
}

#[tokio::test]
async fn every_character_counts() {
    let long = "x".repeat(72);
    assert!(matches(&format!("{long}a"), &format!("{long}a")).await);
    assert!(!matches(&format!("{long}a"), &format!("{long}b")).await);
    assert!(!matches("before\0after", "before\0other").await);
    assert!(!matches("\0after", "\0").await);
    let wide = "🦀".repeat(128);
    assert!(matches(&wide, &wide).await);
    assert!(!matches(&wide, &"🦀".repeat(127)).await);
}

#[tokio::test]
async fn a_hash_is_salted_and_has_the_cost_asked_for() {
    let hasher = quick();
    let [one, other] =
        [hasher.hash("secret".into()).await.unwrap(), hasher.hash("secret".into()).await.unwrap()];
    assert!(one.as_str().starts_with("$2b$04$"), "{}", one.as_str());
    assert_ne!(one.as_str(), other.as_str());
}

#[tokio::test]
async fn bcrypt_does_not_see_the_password_itself() {
    let hash = quick().hash("secret".into()).await.unwrap();
    assert!(!bcrypt::verify("secret", hash.as_str()).unwrap());
    // Pinned: another digest would lock every user out.
    let digest = digest(&"secret".into());
    assert_eq!(digest.expose_secret(), "3j/AwSUIhVvIinWOJ+MOtPe7Qv2WN1j3iR7akE+oCLgMO/6T5oZ4JIibyKLzcfUH");
    assert!(bcrypt::verify(digest.expose_secret(), hash.as_str()).unwrap());
}

#[test]
fn nobody_is_verified_as_slowly_as_somebody() {
    for cost in [BcryptCost::MIN, 12, BcryptCost::MAX] {
        let cost = BcryptCost::new(cost).unwrap();
        let mut seen = Vec::new();
        let answer = verify::<()>(cost, None, |hash| {
            seen.push(hash.to_owned());
            Ok(true)
        });
        assert_eq!(answer, Ok(false), "even if the password fits");
        let [hash] = seen.as_slice() else { panic!("bcrypt must run once") };
        let parts: bcrypt::HashParts = hash.parse().unwrap();
        assert_eq!(parts.get_cost(), cost.get());
    }
}

#[tokio::test]
async fn nobody_has_no_password() {
    assert!(!quick().verify("secret".into(), None).await.unwrap());
}

#[tokio::test]
async fn a_damaged_hash_is_a_failure_and_no_wrong_password() {
    for damaged in
        ["", "plain", "$2b$04$short", "$2b$99$abcdefghijklmnopqrstuuabcdefghijklmnopqrstuvwxyzabcde"]
    {
        let outcome = quick().verify("secret".into(), Some(PasswordHash::new(damaged.to_owned()))).await;
        assert!(matches!(outcome, Err(HashingError::Failed(_))), "{damaged}");
    }
}

#[test]
fn costs_are_those_of_bcrypt() {
    assert_eq!(BcryptCost::new(3), Err(CostOutOfRange));
    assert_eq!(BcryptCost::new(32), Err(CostOutOfRange));
    assert_eq!(BcryptCost::new(31).unwrap().get(), 31);
    assert_eq!(BcryptCost::default().get(), 12);
}

#[test]
fn half_of_the_cores_work_on_passwords() {
    assert_eq!([1, 2, 3, 8].map(|cores| BcryptLoad::for_cores(cores).concurrent), [1, 1, 1, 4]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_so_many_work_at_once() {
    let load = BcryptLoad { concurrent: 2, waiting: 100, patience: Duration::from_mins(1) };
    let hasher = Arc::new(hasher(load));
    let (working, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let tasks: Vec<_> = (0..20)
        .map(|_| {
            let (hasher, working, most) = (Arc::clone(&hasher), Arc::clone(&working), Arc::clone(&most));
            tokio::spawn(async move {
                let job = move || {
                    most.fetch_max(working.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                    std::thread::sleep(Duration::from_millis(2));
                    working.fetch_sub(1, Ordering::SeqCst);
                    Ok(())
                };
                hasher.run(job).await
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap().unwrap();
    }
    assert!(most.load(Ordering::SeqCst) <= 2);
}

/// A hasher of one turn that is taken until the sender is dropped or sends.
async fn occupied(waiting: usize, patience: Duration) -> (Arc<BcryptHasher>, mpsc::Sender<()>) {
    let hasher = Arc::new(hasher(BcryptLoad { concurrent: 1, waiting, patience }));
    let (release, released) = mpsc::channel();
    let (started, start) = tokio::sync::oneshot::channel();
    let occupant = Arc::clone(&hasher);
    tokio::spawn(async move {
        let job = move || {
            let _ = started.send(());
            let _ = released.recv();
            Ok(())
        };
        occupant.run(job).await
    });
    start.await.unwrap();
    (hasher, release)
}

#[tokio::test]
async fn nobody_waits_for_ever_or_in_an_endless_queue() {
    let (hasher, _release) = occupied(0, Duration::from_mins(1)).await;
    assert!(matches!(hasher.hash("secret".into()).await, Err(HashingError::Busy)), "no place to wait");
    let (hasher, _release) = occupied(1, Duration::ZERO).await;
    assert!(matches!(hasher.hash("secret".into()).await, Err(HashingError::Busy)), "out of patience");
}

#[tokio::test]
async fn a_caller_who_hangs_up_keeps_neither_turn_nor_place() {
    let (hasher, release) = occupied(1, Duration::from_mins(1)).await;
    for _ in 0..3 {
        let waiting = hasher.hash("secret".into());
        let hung_up = tokio::time::timeout(Duration::from_millis(1), waiting).await;
        assert!(hung_up.is_err());
    }
    assert_eq!(hasher.places.available_permits(), 1);
    release.send(()).unwrap();
    hasher.hash("secret".into()).await.unwrap();

    // One who hangs up while the work runs: the turn comes back when the work is done.
    let (release, released) = mpsc::channel::<()>();
    let running = hasher.run(move || {
        let _ = released.recv();
        Ok(())
    });
    assert!(tokio::time::timeout(Duration::from_millis(20), running).await.is_err());
    assert_eq!(hasher.turns.available_permits(), 0);
    drop(release);
    hasher.hash("secret".into()).await.unwrap();
}
