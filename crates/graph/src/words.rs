//! Words of people, as they come from Graph and go to it.

/// On one line, without what cannot be seen, and not longer than `most` characters.
pub(crate) fn tidy(text: &str, most: usize) -> String {
    let mut tidy = String::new();
    let mut gap = false;
    let mut length = 0;
    for character in text.chars() {
        if character.is_whitespace() || character.is_control() {
            gap = length > 0;
            continue;
        }
        if hidden(character) {
            continue;
        }
        let needed = if gap { 2 } else { 1 };
        if length + needed > most {
            // There is room: a character of the text is given for it.
            tidy.pop();
            tidy.push('…');
            break;
        }
        if gap {
            tidy.push(' ');
        }
        tidy.push(character);
        length += needed;
        gap = false;
    }
    tidy
}

/// The text of a message's HTML: what stands between the tags, entities read.
pub(crate) fn from_html(html: &str) -> String {
    let mut text = String::with_capacity(html.len());
    let mut rest = html;
    while let Some(at) = rest.find(['<', '&']) {
        text.push_str(&rest[..at]);
        rest = &rest[at..];
        if let Some(tag) = rest.strip_prefix('<') {
            // A `<` that begins no tag is a sign like any other.
            if !tag.starts_with(|first: char| first.is_ascii_alphabetic() || "/!?".contains(first))
            {
                text.push('<');
                rest = tag;
                continue;
            }
            // Words of two paragraphs are two words; of <b>one</b> word it stays one.
            let name: String = tag
                .trim_start_matches('/')
                .chars()
                .take_while(char::is_ascii_alphanumeric)
                .collect();
            if BREAKING.contains(&name.to_ascii_lowercase().as_str()) {
                text.push('\n');
            }
            rest = tag.find('>').map_or("", |end| &tag[end + 1..]);
        } else {
            let (character, length) = entity(rest).unwrap_or(('&', 1));
            text.push(character);
            rest = &rest[length..];
        }
    }
    text.push_str(rest);
    text
}

/// The text as HTML: nothing in it is a tag or an entity, and lines stay lines.
pub(crate) fn to_html(text: &str) -> String {
    let mut html = String::with_capacity(text.len() + 16);
    for character in text.chars() {
        match character {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            '\'' => html.push_str("&#39;"),
            '\n' => html.push_str("<br>"),
            _ => html.push(character),
        }
    }
    html
}

/// Characters that change how others are shown, or are not shown at all: a name could be made to look like
/// another's by them. Joiners stay: scripts and emoji need them.
fn hidden(character: char) -> bool {
    matches!(
        character,
        '\u{ad}' | '\u{61c}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{2069}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}'
    )
}

/// What an entity at the start of the text means, and how long it is written.
fn entity(text: &str) -> Option<(char, usize)> {
    let end = text.bytes().take(12).position(|byte| byte == b';')?;
    let name = &text[1..end];
    let character = match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        "nbsp" => ' ',
        _ => {
            let number = name.strip_prefix('#')?;
            let code = match number.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16),
                None => number.parse(),
            };
            char::from_u32(code.ok()?)?
        }
    };
    Some((character, end + 1))
}

const BREAKING: &[&str] = &["br", "p", "div", "li", "tr", "td", "h1", "h2", "h3"];

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn html_is_read_as_people_read_it() {
        assert_eq!(
            tidy(
                &from_html("<p>2&nbsp;min</p><p>I&#39;m &lt;there&gt; &amp; <b>so</b>on</p>"),
                280
            ),
            "2 min I'm <there> & soon"
        );
        assert_eq!(from_html("a < b && c"), "a < b && c");
        assert_eq!(from_html("cut <a href="), "cut ");
        assert_eq!(from_html("&#x41;&#0;&#xffffffff;"), "A\0&#xffffffff;");
    }

    #[test]
    fn long_words_are_cut_and_say_so() {
        assert_eq!(tidy("  a\t\r\n b \u{202e}c ", 10), "a b c");
        assert_eq!(tidy("abcdef", 4), "abc…");
        assert_eq!(tidy("abcd", 4), "abcd");
        assert_eq!(tidy("abc ", 3), "abc");
        assert_eq!(tidy("abcdef", 0), "…");
    }

    proptest! {
        #[test]
        fn what_goes_out_as_html_comes_back_as_text(text in "[<>&\"';#a-z0-9\\n\\PC]{0,80}") {
            prop_assert_eq!(from_html(&to_html(&text)), text);
        }

        #[test]
        fn html_of_ours_has_no_tag_but_a_break(text in "[<>&\"'/a-z \\n\\PC]{0,80}") {
            let html = to_html(&text).replace("<br>", "");
            prop_assert!(!html.contains(['<', '>', '"', '\'']));
        }

        #[test]
        fn no_text_does_harm(text in "[<>&;#x0-9a-z \\n\\PC]{0,80}", most in 1..40_usize) {
            let tidy = tidy(&from_html(&text), most);
            prop_assert!(tidy.chars().count() <= most);
            prop_assert!(!tidy.contains(|c: char| c.is_control()));
        }
    }
}
