//! An image that exists, compared with the file that is to go into it, as soon as the service shows it.

use super::shared::Cloud;
use super::{TaskState, inspecting};
use crate::error::Result;
use crate::json::Value;
use crate::platform::LocalFuture;
use crate::upload::backend::{Backend, Created, Prepared};
use crate::upload::session::types::{ImageFacts, OrderFacts};
use crate::upload::source::Source;
use core::cell::RefCell;
use std::rc::Rc;

/// What the comparison needs.
pub struct Comparison {
    pub source: Rc<dyn Source>,
    pub state: Rc<TaskState>,
    pub cloud: Rc<dyn Cloud>,
    /// Codes of problems that may pass.
    pub allowed: Vec<String>,
}

impl Comparison {
    /// Fails where the image's own format or disk does not fit the file.
    async fn compare(self, image: &str) -> Result<()> {
        // Shaped by this client a moment ago: it parses.
        let image = Value::parse(image).unwrap_or_default();
        let found = inspecting::judge(&self.state, self.source, &self.cloud.declared(&image)).await?;
        let mut problems = found.unwrap_or_default();
        // The file's own were settled before.
        problems.retain(|problem| {
            let code = problem.get("code").and_then(Value::as_str);
            matches!(code, Some("format-mismatch" | "min-disk"))
        });
        inspecting::settle(&self.state, &problems, &self.allowed, None)
    }
}

/// A service whose first look at a waiting image is followed by the comparison.
pub struct Compared {
    pub service: Box<dyn Backend>,
    pub comparison: RefCell<Option<Comparison>>,
}

impl Backend for Compared {
    fn create(&self) -> LocalFuture<'_, Result<Created>> {
        self.service.create()
    }

    fn find(&self) -> LocalFuture<'_, Result<Vec<String>>> {
        self.service.find()
    }

    fn show<'a>(&'a self, image_id: &'a str) -> LocalFuture<'a, Result<ImageFacts>> {
        Box::pin(async move {
            let facts = self.service.show(image_id).await?;
            let comparison = if facts.status == "queued" { self.comparison.take() } else { None };
            if let Some(comparison) = comparison {
                comparison.compare(&facts.json).await?;
            }
            Ok(facts)
        })
    }

    fn prepare<'a>(&'a self, image_id: &'a str, size: u64) -> LocalFuture<'a, Result<Prepared>> {
        self.service.prepare(image_id, size)
    }

    fn report<'a>(
        &'a self,
        image_id: &'a str,
        success: bool,
        upload_id: Option<&'a str>,
    ) -> LocalFuture<'a, Result<Option<String>>> {
        self.service.report(image_id, success, upload_id)
    }

    fn order<'a>(&'a self, order: &'a str) -> LocalFuture<'a, Result<OrderFacts>> {
        self.service.order(order)
    }

    fn delete<'a>(&'a self, image_id: &'a str) -> LocalFuture<'a, Result<()>> {
        self.service.delete(image_id)
    }
}
