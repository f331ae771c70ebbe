//! A window with one line of text, in the same shell with the same features: what `./dev bench ui`
//! measures beside Warmline. No part of the product, so the house does not count its lines.

use tauri::{WebviewUrl, WebviewWindowBuilder, http::Response};

fn main() {
    let page = |_: tauri::UriSchemeContext<'_, _>, _| {
        Response::builder()
            .header("Content-Type", "text/html")
            .body(PAGE.as_bytes())
            .expect("the header is well formed")
    };
    tauri::Builder::default()
        .register_uri_scheme_protocol("hello", page)
        .setup(|app| {
            let url = WebviewUrl::CustomProtocol("hello://localhost/".parse()?);
            WebviewWindowBuilder::new(app, "main", url)
                .title("Hello")
                .inner_size(420.0, 720.0)
                .build()?;
            Ok(())
        })
        .run(tauri::generate_context!())
        .expect("a window can be opened");
}

const PAGE: &str = "<!doctype html><title>Hello</title><h1>Hello</h1>";
