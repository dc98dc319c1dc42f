//! Chunked request bodies that nobody reads to their end, and what else must last until the answer is sent.

use std::cell::RefCell;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use actix_web::HttpMessage as _;
use actix_web::body::{BodySize, BoxBody, EitherBody, MessageBody};
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::error::PayloadError;
use actix_web::http::header;
use actix_web::web::Bytes;
use futures_util::{Stream, StreamExt as _};

/// A request's body that stays until the answer is sent, whoever has read how much of it.
///
/// Actix closes a connection on which a body is still under way when the answer is sent, but for one that is chunked
/// and whose reader is gone: that one it reads to its end, for as long as the client cares to send. So the reader stays.
pub(crate) struct KeptBody {
    _body: Rc<RefCell<Payload>>,
}

impl KeptBody {
    /// Takes the body of a request, if it is chunked, and leaves a way to read it in its place.
    pub(crate) fn of(request: &mut ServiceRequest) -> Option<Self> {
        if !request.headers().contains_key(header::TRANSFER_ENCODING) {
            return None;
        }
        let kept = Rc::new(RefCell::new(request.take_payload()));
        request.set_payload(Payload::Stream { payload: Box::pin(Reader(Rc::clone(&kept))) });
        Some(Self { _body: kept })
    }
}

/// Keeps something until the answer is sent.
pub(crate) fn keep_until_sent<B: MessageBody + 'static>(
    kept: impl Unpin + 'static,
    response: ServiceResponse<EitherBody<B>>,
) -> ServiceResponse<EitherBody<B>> {
    response.map_body(|_, body| EitherBody::right(BoxBody::new(Answer { body: body.boxed(), _kept: kept })))
}

struct Reader(Rc<RefCell<Payload>>);

impl Stream for Reader {
    type Item = Result<Bytes, PayloadError>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.borrow_mut().poll_next_unpin(context)
    }
}

/// The body of an answer, and what is kept for it.
struct Answer<K> {
    body: BoxBody,
    _kept: K,
}

impl<K: Unpin> MessageBody for Answer<K> {
    type Error = <BoxBody as MessageBody>::Error;

    fn size(&self) -> BodySize {
        self.body.size()
    }

    fn poll_next(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, Self::Error>>> {
        self.body.as_pin_mut().poll_next(context)
    }
}
