//! What was asked of the phone by a key, a notification or a link: no page waits for the answer.

use std::future::{Future, pending};

use tokio::task::JoinSet;
use warmline_desk::DeskError;

/// What was asked and is not answered yet.
#[derive(Debug, Default)]
pub struct Errands(JoinSet<Result<(), DeskError>>);

impl Errands {
    /// Sees one through.
    pub fn run(&mut self, errand: impl Future<Output = Result<(), DeskError>> + Send + 'static) {
        self.0.spawn(errand);
    }

    /// Waits until one fails, and says why.
    pub async fn failed(&mut self) -> DeskError {
        while let Some(done) = self.0.join_next().await {
            if let Ok(Err(error)) = done {
                return error;
            }
        }
        pending().await
    }
}

#[cfg(test)]
mod tests {
    use warmline_desk::ErrorCode;

    use super::*;

    #[tokio::test]
    async fn what_is_refused_is_told_and_what_is_done_is_not() {
        let mut errands = Errands::default();
        errands.run(async { Ok(()) });
        errands.run(async { Err(DeskError::new(ErrorCode::NotNow, "There are 8 calls.", "")) });
        errands.run(async { Ok(()) });
        assert_eq!(errands.failed().await.code, ErrorCode::NotNow);
    }
}
