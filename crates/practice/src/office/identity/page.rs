//! What the agent sees in the browser.

use crate::office::http::{Answer, escape};

/// Asks whether to go on: the address for yes and the one for no.
pub(crate) fn ask(name: &str, asks: &[&str], yes: &str, no: &str) -> Answer {
    let list: String = asks
        .iter()
        .map(|scope| format!("<li>{}</li>", escape(scope)))
        .collect();
    let list = match asks {
        [] => String::new(),
        _ => format!("<p>Warmline would like:</p><ul>{list}</ul>"),
    };
    let body = format!(
        "{list}<p class=row><a class=yes id=yes href=\"{}\">Continue as {}</a>\
         <a class=no id=no href=\"{}\">Cancel</a></p>",
        escape(yes),
        escape(name),
        escape(no)
    );
    Answer::html(200, page("Practice sign-in", &body))
}

/// Tells that an administrator would have to consent.
pub(crate) fn needs_administrator(asks: &[&str], back: &str) -> Answer {
    let list: String = asks
        .iter()
        .map(|scope| format!("<li>{}</li>", escape(scope)))
        .collect();
    let body = format!(
        "<p>An administrator of the practice tenant would have to grant:</p><ul>{list}</ul>\
         <p class=row><a class=yes id=no href=\"{}\">Back to Warmline without it</a></p>",
        escape(back)
    );
    Answer::html(200, page("Need admin approval", &body))
}

/// Where the code of another device is typed in.
pub(crate) fn device(action: &str, code: &str, name: &str) -> Answer {
    let body = format!(
        "<p>Type the code that Warmline shows.</p><form method=post action=\"{}\">\
         <input name=user_code id=user_code value=\"{}\" autocomplete=off autofocus aria-label=Code>\
         <p class=row><button class=yes id=yes name=agree value=yes>Continue as {}</button>\
         <button class=no id=no name=agree value=no>Cancel</button></p></form>",
        escape(action),
        escape(code),
        escape(name)
    );
    Answer::html(200, page("Practice sign-in", &body))
}

/// A last word.
pub(crate) fn says(status: u16, title: &str, text: &str) -> Answer {
    Answer::html(status, page(title, &format!("<p>{}</p>", escape(text))))
}

fn page(title: &str, body: &str) -> String {
    let title = escape(title);
    format!(
        "<!doctype html><html lang=en><meta charset=utf-8>\
         <meta name=viewport content=\"width=device-width,initial-scale=1\"><title>{title}</title>\
         <style>{STYLE}</style><main><h1>{title}</h1>{body}\
         <small>A practice contact centre on this machine: no real account, nothing leaves it.</small>\
         </main></html>"
    )
}

const STYLE: &str = ":root{color-scheme:light dark;font:16px/1.5 system-ui,sans-serif}\
body{display:grid;place-items:center;min-height:100vh;margin:0;background:light-dark(#f3f2f1,#1f1f1f)}\
main{max-width:22rem;padding:2rem;border-radius:8px;background:light-dark(#fff,#2b2b2b);\
box-shadow:0 2px 12px #0003}h1{font-size:1.4rem;margin:0 0 1rem}\
.row{display:flex;gap:.75rem;flex-wrap:wrap;margin:1.5rem 0}\
.yes,.no{font:inherit;padding:.5rem 1rem;border-radius:4px;text-decoration:none;border:1px solid #0f6cbd}\
.yes{background:#0f6cbd;color:#fff}.no{background:none;color:inherit;border-color:#8886}\
input{font:inherit;padding:.5rem;width:100%;box-sizing:border-box;letter-spacing:.1em}small{opacity:.7}";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_is_told_becomes_markup() {
        let answer = ask("<b>\"R\"", &["<script>"], "/?a=1&b='2'", "/no");
        let page = String::from_utf8(answer.body).expect("text");
        assert!(
            page.contains("Continue as &lt;b&gt;&quot;R&quot;"),
            "{page}"
        );
        assert!(page.contains("&lt;script&gt;") && !page.contains("<script"));
        assert!(page.contains("/?a=1&amp;b=&#39;2&#39;"));
    }
}
