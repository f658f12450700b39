use std::sync::atomic::{AtomicU64, Ordering};

use app::model::TypedId;

use super::*;

/// A person whose rights and news the test decides about.
#[derive(Default)]
struct Fake {
    refused: Mutex<Option<AppError>>,
    news: AtomicU64,
}

#[async_trait]
impl Watch for Fake {
    fn session(&self) -> String {
        "one".to_owned()
    }

    async fn check(&self) -> Result<(), AppError> {
        self.refused.lock().clone().map_or(Ok(()), Err)
    }

    fn counts(&self) -> Vec<u64> {
        vec![7, self.news.load(Ordering::Relaxed)]
    }
}

fn org() -> Topic {
    Topic::Org(OrgId::from_bits(1))
}

fn project() -> Topic {
    Topic::Project(ProjectId::from_bits(2))
}

fn open(seats: &Seats, stopping: &CancellationToken) -> (Arc<Fake>, Eyes) {
    let fake = Arc::new(Fake::default());
    let seat = seats.take("one".to_owned()).expect("a seat");
    let eyes = Eyes::new(vec![org(), project()], fake.clone(), seat, stopping.clone());
    (fake, eyes)
}

#[test]
fn topics_are_few_and_well_formed() {
    let both = format!("topic={}&topic=project%2F{}&topic={}", org(), ProjectId::from_bits(2), org());
    assert_eq!(topics(&both), Ok(vec![org(), project()]), "each once");
    let many: Vec<String> = (0..9).map(|bits| format!("topic=org/{}", OrgId::from_bits(bits))).collect();
    assert!(topics(&many[..8].join("&")).is_ok());
    for bad in ["", "topic=", "topic=org/x", "topic=team/1", "other=1", &many.join("&")] {
        assert!(matches!(topics(bad), Err(AppError::Invalid { .. })), "{bad}");
    }
}

#[tokio::test]
async fn news_come_once_and_name_their_topic() {
    let (fake, mut eyes) = open(&Seats::default(), &CancellationToken::new());
    assert_eq!(eyes.next().await, Some(Message::Hello));
    eyes.poll();
    assert_eq!(eyes.pending, [], "what was there before is no news");
    fake.news.store(3, Ordering::Relaxed);
    let news = Message::News {
        topic: project().to_string(),
        new: 3,
    };
    assert_eq!(eyes.next().await, Some(news), "the poll finds it");
    eyes.poll();
    assert_eq!(eyes.pending, []);
}

#[tokio::test]
async fn a_right_that_is_taken_away_ends_the_stream_with_a_word() {
    for error in [
        AppError::SignedOut,
        AppError::NotFound,
        AppError::Forbidden { reason: String::new() },
    ] {
        let (fake, mut eyes) = open(&Seats::default(), &CancellationToken::new());
        assert_eq!(eyes.next().await, Some(Message::Hello));
        eyes.check().await;
        assert!(!eyes.ended && eyes.pending.is_empty());
        *fake.refused.lock() = Some(error);
        assert_eq!(eyes.next().await, Some(Message::Gone), "the next check finds it");
        assert_eq!(eyes.next().await, None);
    }
}

#[tokio::test]
async fn a_database_in_trouble_ends_the_stream_without_taking_the_page_away() {
    let (fake, mut eyes) = open(&Seats::default(), &CancellationToken::new());
    *fake.refused.lock() = Some(AppError::Internal);
    assert_eq!(eyes.next().await, Some(Message::Hello));
    assert_eq!(eyes.next().await, None);
}

#[tokio::test]
async fn a_stop_of_the_server_ends_the_stream() {
    let stopping = CancellationToken::new();
    let (_, eyes) = open(&Seats::default(), &stopping);
    stopping.cancel();
    assert_eq!(events(eyes).collect::<Vec<_>>().await, [Message::Hello]);
}

#[tokio::test]
async fn a_session_has_a_bounded_number_of_streams() {
    let (seats, stopping) = (Seats::default(), CancellationToken::new());
    let mut streams: Vec<_> = (0..MAX_STREAMS).map(|_| open(&seats, &stopping)).collect();
    assert!(seats.take("one".to_owned()).is_none());
    assert!(seats.take("another".to_owned()).is_some());
    streams.pop();
    assert!(seats.take("one".to_owned()).is_some(), "a stream that ends frees its place");
    drop(streams);
    assert!(seats.0.lock().is_empty());
}
