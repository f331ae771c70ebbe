//! A link in a document leads to a file that is there, and to a heading that is in it.

use std::{fs, path::Path};

use warmline_house::{files, root};

#[test]
fn links_between_documents_lead_somewhere() {
    let mut broken = Vec::new();
    for document in files(&root(), &[".md"]).expect("the checkout can be read") {
        let text = fs::read_to_string(&document).expect("documents are UTF-8");
        for target in links(&text) {
            if target.contains("://") || target.starts_with("mailto:") {
                continue;
            }
            let (path, heading) = target.split_once('#').unwrap_or((target, ""));
            let file = if path.is_empty() {
                document.clone()
            } else {
                document.parent().expect("a file has a folder").join(path)
            };
            if !file.exists() || !has_heading(&file, heading) {
                broken.push(format!("{}: {target}", document.display()));
            }
        }
    }
    assert!(
        broken.is_empty(),
        "links that lead nowhere:\n{}",
        broken.join("\n")
    );
}

/// The targets of inline links and images, outside code blocks.
fn links(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut in_code = false;
    for line in text.lines() {
        if line.trim_start().starts_with("```") {
            in_code = !in_code;
        }
        if in_code {
            continue;
        }
        let mut rest = line;
        while let Some(start) = rest.find("](") {
            rest = &rest[start + 2..];
            if let Some(end) = rest.find(')') {
                found.push(rest[..end].split(' ').next().unwrap_or_default());
            }
        }
    }
    found
}

fn has_heading(file: &Path, heading: &str) -> bool {
    if heading.is_empty() || file.extension().is_none_or(|ending| ending != "md") {
        return true;
    }
    let text = fs::read_to_string(file).unwrap_or_default();
    text.lines()
        .filter(|line| line.starts_with('#'))
        .any(|line| anchor(line.trim_start_matches('#').trim()) == heading)
}

fn anchor(heading: &str) -> String {
    heading
        .to_lowercase()
        .chars()
        .filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'))
        .map(|c| if c == ' ' { '-' } else { c })
        .collect()
}

#[test]
fn a_broken_link_is_found() {
    assert_eq!(
        links("see [a](b.md) and ![c](d.png \"t\")"),
        ["b.md", "d.png"]
    );
    assert_eq!(links("```\n[a](b.md)\n```"), Vec::<&str>::new());
    assert_eq!(anchor("What `dev` does, today"), "what-dev-does-today");
}
