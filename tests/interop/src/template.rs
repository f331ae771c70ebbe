use std::path::Path;

use crate::error::{Doing, Result};

/// Writes every file of the folder `from` into `to`, with each `@key@` replaced by its value.
///
/// # Panics
/// If a placeholder is left over: the template asks for what the harness does not give.
pub(crate) fn fill_all(from: &Path, to: &Path, values: &[(&str, String)]) -> Result<()> {
    std::fs::create_dir_all(to).doing(format!("creating {}", to.display()))?;
    for entry in std::fs::read_dir(from).doing(format!("reading {}", from.display()))? {
        let path = entry.doing(format!("reading {}", from.display()))?.path();
        let text = std::fs::read_to_string(&path).doing(format!("reading {}", path.display()))?;
        let target = to.join(path.file_name().expect("an entry of a folder has a name"));
        std::fs::write(&target, fill(&text, values))
            .doing(format!("writing {}", target.display()))?;
    }
    Ok(())
}

fn fill(text: &str, values: &[(&str, String)]) -> String {
    let mut text = text.to_owned();
    for (key, value) in values {
        text = text.replace(&format!("@{key}@"), value);
    }
    for line in text.lines().filter(|line| !line.starts_with([';', '#'])) {
        let left_over = line.split('@').skip(1).step_by(2).find(|word| {
            !word.is_empty()
                && word.chars().all(|c| c.is_ascii_lowercase() || c == '_')
                && line.contains(&format!("@{word}@"))
        });
        assert!(
            left_over.is_none(),
            "no value for @{}@",
            left_over.unwrap_or_default()
        );
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn replaces_every_occurrence() {
        let values = [("port", "5060".to_owned()), ("dir", "/x".to_owned())];
        assert_eq!(
            fill("a=@dir@/etc:@port@\nb=@port@ ${X}@host", &values),
            "a=/x/etc:5060\nb=5060 ${X}@host"
        );
    }

    #[test]
    #[should_panic(expected = "no value for @port@")]
    fn refuses_a_placeholder_without_a_value() {
        fill("bind=127.0.0.1:@port@", &[]);
    }
}
