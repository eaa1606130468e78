//! Strings as sequences of code points, and what Python's methods make of them.

/// What counts as white space in a string.
pub fn is_space(code: u32) -> bool {
    // Python adds the four separators of ASCII, and lacks nothing that Unicode has.
    (0x1c..=0x1f).contains(&code) || char::from_u32(code).is_some_and(char::is_whitespace)
}

/// The code points of a text.
pub fn codes(text: &str) -> Vec<u32> {
    text.chars().map(u32::from).collect()
}

/// The text of code points; a lone surrogate becomes a replacement character.
pub fn to_string(text: &[u32]) -> String {
    text.iter().map(|code| char::from_u32(*code).unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
}

/// Bounds as a slice takes them: negative ones count from the end, and both are cut to the length.
pub fn clipped(start: i64, end: i64, length: usize) -> (i64, i64) {
    let length = length as i64;
    let clip = |bound: i64| if bound < 0 { (bound + length).max(0) } else { bound };
    (clip(start), clip(end).min(length))
}

/// Where a slice with a step begins and how many items it has. A bound that is left out is as far as it gets: the largest number,
/// or behind a negative step the smallest as its end.
pub fn strided(start: i64, stop: i64, step: i64, length: usize) -> (i64, i64) {
    let length = length as i64;
    let (lowest, highest) = if step > 0 { (0, length) } else { (-1, length - 1) };
    let clip = |bound: i64| {
        let bound = if bound < 0 { bound.saturating_add(length) } else { bound };
        bound.clamp(lowest, highest.max(lowest))
    };
    let (start, stop) = (clip(start), clip(stop));
    let distance = if step > 0 { stop - start } else { start - stop };
    let count = if distance > 0 { (distance - 1) / step.saturating_abs() + 1 } else { 0 };
    (start, count)
}

/// The first or last position of a part within bounds.
pub fn find(text: &[u32], part: &[u32], (start, end): (i64, i64), from_end: bool) -> Option<usize> {
    let (start, end) = clipped(start, end, text.len());
    if start > end || (end - start) < part.len() as i64 {
        return None;
    }
    let (start, last) = (start as usize, end as usize - part.len());
    let is_there = |at: &usize| text[*at..].starts_with(part);
    if from_end { (start..=last).rev().find(is_there) } else { (start..=last).find(is_there) }
}

/// How often a part occurs within bounds, without overlaps.
pub fn count(text: &[u32], part: &[u32], bounds: (i64, i64)) -> usize {
    let (start, end) = clipped(bounds.0, bounds.1, text.len());
    if start > end {
        return 0;
    }
    if part.is_empty() {
        return (end - start) as usize + 1;
    }
    let (mut at, mut found) = (start, 0);
    while let Some(position) = find(text, part, (at, end), false) {
        found += 1;
        at = (position + part.len()) as i64;
    }
    found
}

/// Whether a part stands at the start or the end within bounds.
pub fn has_at_end(text: &[u32], part: &[u32], bounds: (i64, i64), at_end: bool) -> bool {
    let (start, end) = clipped(bounds.0, bounds.1, text.len());
    if start > end || start > text.len() as i64 {
        return false;
    }
    let within = &text[start as usize..end as usize];
    if at_end { within.ends_with(part) } else { within.starts_with(part) }
}

/// The text without characters at its ends.
pub fn stripped(text: &[u32], at_start: bool, at_end: bool, goes: impl Fn(u32) -> bool) -> &[u32] {
    let mut text = text;
    while at_start
        && let [first, rest @ ..] = text
        && goes(*first)
    {
        text = rest;
    }
    while at_end
        && let [rest @ .., last] = text
        && goes(*last)
    {
        text = rest;
    }
    text
}

/// With `new` in the place of `old`, at most so many times; a negative number means everywhere.
pub fn replaced(text: &[u32], old: &[u32], new: &[u32], most: i64) -> Vec<u32> {
    let mut left = if most < 0 { i64::MAX } else { most };
    let mut result = Vec::with_capacity(text.len());
    let mut at = 0;
    while left > 0 {
        if old.is_empty() {
            result.extend_from_slice(new);
            left -= 1;
            let Some(code) = text.get(at) else { return result };
            result.push(*code);
            at += 1;
            continue;
        }
        let Some(position) = find(text, old, (at as i64, i64::MAX), false) else { break };
        result.extend_from_slice(&text[at..position]);
        result.extend_from_slice(new);
        at = position + old.len();
        left -= 1;
    }
    result.extend_from_slice(&text[at.min(text.len())..]);
    result
}

/// The parts between separators, of which at most so many count; a negative number means all.
pub fn split<'t>(text: &'t [u32], separator: &[u32], most: i64, from_end: bool) -> Vec<&'t [u32]> {
    let mut left = if most < 0 { i64::MAX } else { most };
    let mut parts = Vec::new();
    let (mut start, mut end) = (0, text.len());
    while left > 0 {
        let bounds = (start as i64, end as i64);
        let Some(position) = find(text, separator, bounds, from_end) else { break };
        if from_end {
            parts.push(&text[position + separator.len()..end]);
            end = position;
        } else {
            parts.push(&text[start..position]);
            start = position + separator.len();
        }
        left -= 1;
    }
    parts.push(&text[start..end]);
    if from_end {
        parts.reverse();
    }
    parts
}

/// The parts between white space.
pub fn split_space(text: &[u32], most: i64, from_end: bool) -> Vec<&[u32]> {
    let mut left = if most < 0 { i64::MAX } else { most };
    let mut parts = Vec::new();
    let mut rest = stripped(text, !from_end, from_end, is_space);
    while !rest.is_empty() {
        let cut = if from_end {
            rest.iter().rposition(|code| is_space(*code)).map(|at| at + 1)
        } else {
            rest.iter().position(|code| is_space(*code))
        };
        let Some(cut) = cut.filter(|_| left > 0) else {
            parts.push(rest);
            break;
        };
        let (first, second) = rest.split_at(cut);
        let (part, others) = if from_end { (second, first) } else { (first, second) };
        parts.push(part);
        rest = stripped(others, !from_end, from_end, is_space);
        left -= 1;
    }
    if from_end {
        parts.reverse();
    }
    parts
}

/// The lines, with their ends or without.
pub fn split_lines(text: &[u32], keeps_ends: bool) -> Vec<&[u32]> {
    let is_end = |code: u32| matches!(code, 0x0a..=0x0d | 0x1c..=0x1e | 0x85 | 0x2028 | 0x2029);
    let mut lines = Vec::new();
    let mut start = 0;
    while start < text.len() {
        let end = text[start..].iter().position(|code| is_end(*code)).map_or(text.len(), |at| start + at);
        let is_pair = text[end..].starts_with(&[0x0d, 0x0a]);
        let next = (end + 1 + usize::from(is_pair)).min(text.len());
        lines.push(&text[start..if keeps_ends { next } else { end }]);
        start = next;
    }
    lines
}

/// Between spaces, or what else fills the field.
pub fn padded(text: &[u32], before: usize, after: usize, fill: u32) -> Vec<u32> {
    let pad = |count| std::iter::repeat_n(fill, count);
    pad(before).chain(text.iter().copied()).chain(pad(after)).collect()
}

/// In the middle of a field, as CPython rounds.
pub fn centered(text: &[u32], width: i64, fill: u32) -> Vec<u32> {
    let missing = (width - text.len() as i64).max(0) as usize;
    let before = missing / 2 + (missing & width as usize & 1);
    padded(text, before, missing - before, fill)
}

/// Zeros between the sign and the rest.
pub fn zero_filled(text: &[u32], width: i64) -> Vec<u32> {
    let missing = (width - text.len() as i64).max(0) as usize;
    let signs = usize::from(matches!(text.first(), Some(0x2b | 0x2d)));
    let mut result = text[..signs].to_vec();
    result.extend(padded(&text[signs..], missing, 0, u32::from('0')));
    result
}

/// Spaces in the place of tabulators.
pub fn without_tabs(text: &[u32], size: i64) -> Vec<u32> {
    let mut result = Vec::with_capacity(text.len());
    let mut column = 0;
    for code in text {
        if *code == 9 {
            let count = if size > 0 { size - column % size } else { 0 };
            result.extend(std::iter::repeat_n(u32::from(' '), count as usize));
            column += count;
        } else {
            column = if matches!(code, 0x0a | 0x0d) { 0 } else { column + 1 };
            result.push(*code);
        }
    }
    result
}

/// In upper case.
pub fn upper(text: &[u32]) -> Vec<u32> {
    mapped(text, |character, into| into.extend(character.to_uppercase().map(u32::from)))
}

/// In lower case.
pub fn lower(text: &[u32]) -> Vec<u32> {
    if text.contains(&0x3a3) {
        // The final sigma depends on what stands around it.
        return codes(&to_string(text).to_lowercase());
    }
    mapped(text, |character, into| into.extend(character.to_lowercase().map(u32::from)))
}

/// In lower case for comparing.
pub fn case_folded(text: &[u32]) -> Vec<u32> {
    mapped(text, |character, into| match character {
        'ß' | 'ẞ' => into.extend([u32::from('s'); 2]),
        'ς' => into.push(u32::from('σ')),
        _ => into.extend(character.to_lowercase().map(u32::from)),
    })
}

/// Each word with a capital; or only the first one.
pub fn titled(text: &[u32], every_word: bool) -> Vec<u32> {
    let mut result = Vec::with_capacity(text.len());
    let mut is_inside = false;
    for (position, code) in text.iter().enumerate() {
        let Some(character) = char::from_u32(*code) else {
            result.push(*code);
            is_inside = false;
            continue;
        };
        let is_first = if every_word { !is_inside } else { position == 0 };
        if is_first {
            result.extend(title_case(character));
        } else if character == 'Σ' && !is_cased_at(text, position + 1) {
            result.push(u32::from('ς'));
        } else {
            result.extend(character.to_lowercase().map(u32::from));
        }
        is_inside = is_cased(character);
    }
    result
}

/// A character as the first of a word. Of what becomes several letters only the first is a capital.
fn title_case(character: char) -> Vec<u32> {
    match character {
        'Ǆ'..='ǆ' => vec![u32::from('ǅ')],
        'Ǉ'..='ǉ' => vec![u32::from('ǈ')],
        'Ǌ'..='ǌ' => vec![u32::from('ǋ')],
        'Ǳ'..='ǳ' => vec![u32::from('ǲ')],
        _ => {
            let mut capital = character.to_uppercase().map(u32::from);
            let first = capital.next();
            let rest: Vec<u32> = capital.collect();
            first.into_iter().chain(lower(&rest)).collect()
        }
    }
}

fn is_cased_at(text: &[u32], position: usize) -> bool {
    text.get(position).and_then(|code| char::from_u32(*code)).is_some_and(is_cased)
}

/// Upper and lower case exchanged.
pub fn swapped(text: &[u32]) -> Vec<u32> {
    let mut result = Vec::with_capacity(text.len());
    for (position, code) in text.iter().enumerate() {
        match char::from_u32(*code) {
            Some('Σ')
                if position > 0 && is_cased_at(text, position - 1) && !is_cased_at(text, position + 1) =>
            {
                result.push(u32::from('ς'));
            }
            Some(character) if character.is_uppercase() => {
                result.extend(character.to_lowercase().map(u32::from));
            }
            Some(character) => result.extend(character.to_uppercase().map(u32::from)),
            None => result.push(*code),
        }
    }
    result
}

fn mapped(text: &[u32], change: impl Fn(char, &mut Vec<u32>)) -> Vec<u32> {
    let mut result = Vec::with_capacity(text.len());
    for code in text {
        match char::from_u32(*code) {
            Some(character) => change(character, &mut result),
            None => result.push(*code),
        }
    }
    result
}

fn is_cased(character: char) -> bool {
    character.is_uppercase() || character.is_lowercase()
}

/// Whether there is a character, and all are such.
pub fn all(text: &[u32], holds: impl Fn(char) -> bool) -> bool {
    !text.is_empty() && text.iter().all(|code| char::from_u32(*code).is_some_and(&holds))
}

/// Whether all that have a case have this one, and there is one.
pub fn is_in_case(text: &[u32], upper: bool) -> bool {
    let mut found = false;
    for character in text.iter().filter_map(|code| char::from_u32(*code)) {
        let (is, is_not) = (character.is_uppercase(), character.is_lowercase());
        if if upper { is_not } else { is } {
            return false;
        }
        found |= if upper { is } else { is_not };
    }
    found
}

/// Whether each word begins with a capital and goes on without.
pub fn is_titled(text: &[u32]) -> bool {
    let (mut found, mut is_inside) = (false, false);
    for character in text.iter().map(|code| char::from_u32(*code)) {
        let (is_upper, is_lower) = character.map_or((false, false), |c| (c.is_uppercase(), c.is_lowercase()));
        if is_upper && is_inside || is_lower && !is_inside {
            return false;
        }
        is_inside = is_upper || is_lower;
        found |= is_inside;
    }
    found
}

/// As `repr` writes it.
pub fn repr(text: &[u32]) -> Vec<u32> {
    let has = |quote: char| text.contains(&u32::from(quote));
    let quote = if has('\'') && !has('"') { '"' } else { '\'' };
    let mut result = String::with_capacity(text.len() + 2);
    result.push(quote);
    for code in text {
        match char::from_u32(*code) {
            Some('\n') => result.push_str("\\n"),
            Some('\r') => result.push_str("\\r"),
            Some('\t') => result.push_str("\\t"),
            Some('\\') => result.push_str("\\\\"),
            Some(character) if character == quote => result.extend(['\\', quote]),
            Some(character) if is_printable(character) => result.push(character),
            _ if *code < 0x100 => result.push_str(&format!("\\x{code:02x}")),
            _ if *code < 0x1_0000 => result.push_str(&format!("\\u{code:04x}")),
            _ => result.push_str(&format!("\\U{code:08x}")),
        }
    }
    result.push(quote);
    codes(&result)
}

/// With an escape in the place of each character beyond ASCII.
pub fn escaped(text: &[u32]) -> Vec<u32> {
    let mut result = Vec::with_capacity(text.len());
    for code in text {
        match code {
            0..0x80 => result.push(*code),
            0x80..0x100 => result.extend(codes(&format!("\\x{code:02x}"))),
            0x100..0x1_0000 => result.extend(codes(&format!("\\u{code:04x}"))),
            _ => result.extend(codes(&format!("\\U{code:08x}"))),
        }
    }
    result
}

/// Whether `repr` writes the character as it is.
pub fn is_printable(character: char) -> bool {
    match character {
        ' ' => true,
        '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' => false,
        '\u{e000}'..='\u{f8ff}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' => false,
        '\u{e0000}'..='\u{10ffff}' => false,
        _ => !character.is_control() && !character.is_whitespace(),
    }
}

/// The integer that a text is in a base; `None` if it is none, or does not fit an int64.
pub fn read_int(text: &[u32], base: i64) -> Option<i64> {
    let text = to_string(stripped(text, true, true, is_space));
    let (negative, digits) = match text.strip_prefix(['+', '-']) {
        Some(rest) => (text.starts_with('-'), rest),
        None => (false, text.as_str()),
    };
    let prefixed = |letter: char| {
        let rest = digits.strip_prefix('0')?.strip_prefix([letter, letter.to_ascii_uppercase()])?;
        Some(rest.strip_prefix('_').unwrap_or(rest))
    };
    let (radix, digits) = match base {
        16 => (16, prefixed('x').unwrap_or(digits)),
        8 => (8, prefixed('o').unwrap_or(digits)),
        2 => (2, prefixed('b').unwrap_or(digits)),
        0 => match (prefixed('x'), prefixed('o'), prefixed('b')) {
            (Some(rest), ..) => (16, rest),
            (_, Some(rest), _) => (8, rest),
            (.., Some(rest)) => (2, rest),
            _ if digits.len() > 1
                && digits.starts_with('0')
                && !digits.trim_matches(['0', '_']).is_empty() =>
            {
                return None;
            }
            _ => (10, digits),
        },
        3..=36 => (base as u32, digits),
        _ => return None,
    };
    let digits = without_underscores(digits, |character| character.is_digit(radix))?;
    let magnitude = i128::from_str_radix(&digits, radix).ok()?;
    i64::try_from(if negative { -magnitude } else { magnitude }).ok()
}

/// The float that a text is.
pub fn read_float(text: &[u32]) -> Option<f64> {
    let text = to_string(stripped(text, true, true, is_space));
    let text = without_underscores(&text, |character| character.is_ascii_digit())?;
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(&text).to_ascii_lowercase();
    let is_word = matches!(unsigned.as_str(), "inf" | "infinity" | "nan");
    let is_number = unsigned.starts_with(|first: char| first.is_ascii_digit() || first == '.');
    if is_word || is_number { text.parse().ok() } else { None }
}

/// Underscores may stand between digits only. Digits of other scripts count as those of ASCII.
fn without_underscores(text: &str, is_digit: impl Fn(char) -> bool) -> Option<String> {
    let characters: Vec<char> = text.chars().collect();
    let mut result = String::with_capacity(text.len());
    for (position, character) in characters.iter().enumerate() {
        if *character != '_' {
            result.push(*character);
            continue;
        }
        let before = position.checked_sub(1).and_then(|before| characters.get(before));
        let after = characters.get(position + 1);
        if ![before, after].iter().all(|side| side.is_some_and(|side| is_digit(*side))) {
            return None;
        }
    }
    Some(result)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(parts: &[&[u32]]) -> Vec<String> {
        parts.iter().map(|part| to_string(part)).collect()
    }

    #[test]
    fn parts_are_found_as_by_python() {
        let text = codes("abcabc");
        assert_eq!(find(&text, &codes("bc"), (0, i64::MAX), false), Some(1));
        assert_eq!(find(&text, &codes("bc"), (0, i64::MAX), true), Some(4));
        assert_eq!(find(&text, &codes("bc"), (-3, -1), false), None);
        assert_eq!(find(&text, &[], (6, i64::MAX), false), Some(6));
        assert_eq!(find(&text, &[], (7, i64::MAX), false), None);
        assert_eq!((count(&text, &codes("c"), (0, i64::MAX)), count(&text, &[], (0, i64::MAX))), (2, 7));
        assert_eq!(to_string(&replaced(&text, &codes("b"), &codes("--"), 1)), "a--cabc");
        assert_eq!(to_string(&replaced(&codes("ab"), &[], &codes("-"), -1)), "-a-b-");
    }

    #[test]
    fn texts_are_split_as_by_python() {
        assert_eq!(texts(&split(&codes("a,b,,c"), &codes(","), -1, false)), ["a", "b", "", "c"]);
        assert_eq!(texts(&split(&codes("a,b,c"), &codes(","), 1, true)), ["a,b", "c"]);
        assert_eq!(texts(&split_space(&codes("  a  b c "), -1, false)), ["a", "b", "c"]);
        assert_eq!(texts(&split_space(&codes("  a  b c "), 1, false)), ["a", "b c "]);
        assert_eq!(texts(&split_space(&codes(" a  b c "), 1, true)), [" a  b", "c"]);
        assert_eq!(texts(&split_lines(&codes("a\r\nb\n\nc"), false)), ["a", "b", "", "c"]);
        assert!(split(&[], &codes(","), -1, false).len() == 1 && split_space(&[], -1, false).is_empty());
    }

    #[test]
    fn numbers_are_read_as_by_python() {
        for (text, base, value) in [
            (" 42 ", 10, Some(42)),
            ("-0x1f", 16, Some(-31)),
            ("1_000", 10, Some(1000)),
            ("1__0", 10, None),
            ("0b11", 0, Some(3)),
            ("012", 0, None),
            ("", 10, None),
            ("9223372036854775808", 10, None),
            ("-9223372036854775808", 10, Some(i64::MIN)),
        ] {
            assert_eq!(read_int(&codes(text), base), value, "{text}");
        }
        assert_eq!(read_float(&codes(" 1.5e3\n")), Some(1500.0));
        assert_eq!(read_float(&codes("-Infinity")), Some(f64::NEG_INFINITY));
        assert_eq!(
            (read_float(&codes("1e")), read_float(&codes("x")), read_float(&codes(".5"))),
            (None, None, Some(0.5))
        );
    }

    #[test]
    fn cases_are_changed_as_by_python() {
        let check = |change: fn(&[u32]) -> Vec<u32>, text: &str| to_string(&change(&codes(text)));
        assert_eq!(check(upper, "straße"), "STRASSE");
        assert_eq!(check(|text| titled(text, true), "hello wORLD's"), "Hello World'S");
        assert_eq!(check(|text| titled(text, false), "hELLO World"), "Hello world");
        assert_eq!(check(swapped, "aBc"), "AbC");
        assert_eq!(check(repr, "it's \n\u{7f}é"), "\"it's \\n\\x7fé\"");
        assert_eq!(to_string(&centered(&codes("ab"), 5, 32)), "  ab ");
        assert_eq!(to_string(&zero_filled(&codes("-5"), 4)), "-005");
    }
}
