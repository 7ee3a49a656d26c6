use super::*;

/// Words of half their height a letter, as an OCR engine would give them.
fn page(words: &[(&str, f32, f32)]) -> PageText {
    let pieces: Vec<Piece> = words
        .iter()
        .enumerate()
        .map(|(i, &(text, x, y))| {
            let w = text.chars().count() as f32 * 5.0;
            Piece { id: i as u32, text, quad: [[x, y], [x + w, y], [x + w, y + 10.0], [x, y + 10.0]] }
        })
        .collect();
    page_text(&pieces)
}

#[test]
fn words_of_a_line_read_from_the_left_however_they_were_drawn() {
    let p = page(&[("Roe", 130.0, 700.0), ("Jane", 100.0, 700.5), ("Next", 100.0, 680.0)]);
    assert_eq!(p.text, "Jane Roe\nNext\n");
    let ids: Vec<u32> = p.pieces_in(5, 8).collect();
    assert_eq!(ids, [0]);
    assert_eq!(p.pieces_in(0, 8).collect::<Vec<_>>(), [1, 0]);
    assert!(p.pieces_in(4, 5).next().is_none());
}

#[test]
fn a_row_of_a_table_is_read_across() {
    let p = page(&[
        ("Mother:", 50.0, 700.0),
        ("Ann", 150.0, 700.0),
        ("Roe", 170.0, 700.0),
        ("Phone:", 300.0, 700.0),
        ("555-0100", 350.0, 700.0),
    ]);
    assert_eq!(p.text, "Mother:\tAnn Roe\tPhone:\t555-0100\n");
    assert_eq!(p.lines[0].cells.len(), 4);
}

#[test]
fn a_drawn_line_between_two_words_separates_cells() {
    let quad = |x: f32, w: f32| [[x, 700.0], [x + w, 700.0], [x + w, 710.0], [x, 710.0]];
    let pieces =
        [Piece { id: 0, text: "Roe", quad: quad(100.0, 15.0) }, Piece { id: 1, text: "Physician", quad: quad(127.0, 45.0) }];
    assert_eq!(page_text(&pieces).text, "Roe Physician\n");
    assert_eq!(page_text_ruled(&pieces, &[[[121.0, 690.0], [121.0, 720.0]]]).text, "Roe\tPhysician\n");
    // The edge of a highlight is no taller than its line, and a line elsewhere separates nothing.
    assert_eq!(page_text_ruled(&pieces, &[[[121.0, 699.0], [121.0, 711.0]]]).text, "Roe Physician\n");
    assert_eq!(page_text_ruled(&pieces, &[[[150.0, 690.0], [150.0, 720.0]]]).text, "Roe Physician\n");
    assert_eq!(page_text_ruled(&pieces, &[[[121.0, 720.0], [121.0, 760.0]]]).text, "Roe Physician\n");
}

#[test]
fn columns_of_prose_are_read_one_after_the_other() {
    let mut words = Vec::new();
    for i in 0..4 {
        let y = 700.0 - i as f32 * 12.0;
        for (n, w) in ["aaaa", "bbbb", "cccc", "dddd", "eeee"].into_iter().enumerate() {
            words.push((w, 50.0 + n as f32 * 25.0, y));
            words.push((w, 250.0 + n as f32 * 25.0, y - 3.0));
        }
    }
    words.push(("left", 50.0, 640.0));
    words.push(("right", 250.0, 640.0));
    let p = page(&words);
    let (l, r) = (p.text.find("left").unwrap(), p.text.find("right").unwrap());
    assert_eq!(p.text[..l].matches("aaaa").count(), 4, "{}", p.text);
    assert_eq!(p.text[l..r].matches("aaaa").count(), 4, "{}", p.text);
}

#[test]
fn a_name_across_a_line_end_reads_as_one() {
    let p = page(&[
        ("This long line of a paragraph was signed by Alice", 50.0, 700.0),
        ("Johnson and goes on here to the very end of it now", 50.0, 688.0),
        ("and ends.", 50.0, 676.0),
        ("Heading", 50.0, 640.0),
    ]);
    assert!(p.text.contains("Alice Johnson and"), "{}", p.text);
    assert!(p.text.contains("ends.\nHeading"), "{}", p.text);
}

#[test]
fn a_broken_word_is_whole_and_its_hyphen_goes_with_it() {
    let mut pieces = Vec::new();
    let mut id = 0;
    let lines = ["this line is full of words up to Feather-", "stone and Smith goes on to the end of it", "done"];
    for (n, line) in lines.iter().enumerate() {
        for (i, c) in line.char_indices() {
            let (x, y) = (50.0 + i as f32 * 5.0, 700.0 - n as f32 * 12.0);
            pieces.push(Piece {
                id,
                text: &line[i..i + c.len_utf8()],
                quad: [[x, y], [x + 5.0, y], [x + 5.0, y + 10.0], [x, y + 10.0]],
            });
            id += 1;
        }
    }
    let p = page_text(&pieces);
    let at = p.text.find("Featherstone").unwrap_or_else(|| panic!("{}", p.text));
    assert_eq!(p.pieces_in(at, at + "Featherstone".len()).count(), "Feather-stone".len());
}

#[test]
fn text_printed_twice_reads_once_and_goes_together() {
    let p = page(&[("Jane", 100.0, 700.0), ("Roe", 130.0, 700.0), ("Jane", 100.4, 700.0), ("Roe", 130.4, 700.0)]);
    assert_eq!(p.text, "Jane Roe\n");
    assert_eq!(p.pieces_in(0, 4).count(), 2);
}

#[test]
fn turned_text_reads_along_its_own_direction() {
    let pieces: Vec<Piece> = ["J", "a", "n", "e"]
        .into_iter()
        .enumerate()
        .map(|(i, text)| {
            let y = 100.0 + i as f32 * 5.0;
            Piece { id: i as u32, text, quad: [[50.0, y], [50.0, y + 5.0], [40.0, y + 5.0], [40.0, y]] }
        })
        .collect();
    assert_eq!(page_text(&pieces).text, "Jane\n");
}

#[test]
fn odd_coordinates_do_no_harm() {
    let q = |x: f32| [[x, 0.0], [x + 1.0, 0.0], [x + 1.0, f32::MAX], [x, 1e30]];
    let pieces: Vec<Piece> = [f32::NAN, 1e38, -1e38, 0.0, 0.0]
        .into_iter()
        .enumerate()
        .map(|(i, x)| Piece { id: i as u32, text: "a", quad: q(x) })
        .collect();
    let _ = page_text(&pieces);
    assert_eq!(page_text(&[]).text, "");
}

#[test]
fn letters_round_a_circle_and_below_each_other_are_words() {
    let letter = |id: usize, text: &'static str, x: f32, y: f32, angle: f32| {
        let (s, c) = angle.sin_cos();
        let at = |u: f32, v: f32| [x + u * c - v * s, y + u * s + v * c];
        Piece { id: id as u32, text, quad: [at(0.0, 0.0), at(5.0, 0.0), at(5.0, 10.0), at(0.0, 10.0)] }
    };
    let name = ["Q", "u", "i", "x", "m", "o", "r", "e"];
    let round: Vec<Piece> = name
        .iter()
        .enumerate()
        .map(|(i, t)| {
            let a = 2.0 - i as f32 * 0.12;
            letter(i, t, 300.0 + 50.0 * a.cos(), 300.0 + 50.0 * a.sin(), a - std::f32::consts::FRAC_PI_2)
        })
        .collect();
    assert_eq!(page_text(&round).text, "Quixmore\n");
    let below: Vec<Piece> = name.iter().enumerate().map(|(i, t)| letter(i, t, 300.0, 300.0 - 12.0 * i as f32, 0.0)).collect();
    assert_eq!(page_text(&below).text, "Quixmore\n");
    let flags: Vec<Piece> = ["H", "L", "H", "N"]
        .iter()
        .enumerate()
        .flat_map(|(i, t)| {
            let y = 300.0 - 12.0 * i as f32;
            let word = [[100.0, y], [140.0, y], [140.0, y + 10.0], [100.0, y + 10.0]];
            [Piece { id: 10 + i as u32, text: "Glucose", quad: word }, letter(i, t, 180.0, y, 0.0)]
        })
        .collect();
    assert!(page_text(&flags).text.starts_with("Glucose\tH\nGlucose\tL\n"), "flags of a table stay in their rows");
}

#[test]
fn a_line_that_is_spaced_out_reads_as_words() {
    let pieces: Vec<Piece> = ["S", "e", "e", "n", " ", "b", "y", " ", "A", "n", "n"]
        .iter()
        .enumerate()
        .map(|(i, text)| {
            let x = 100.0 + 10.0 * i as f32;
            Piece { id: i as u32, text, quad: [[x, 300.0], [x + 5.0, 300.0], [x + 5.0, 310.0], [x, 310.0]] }
        })
        .collect();
    assert_eq!(page_text(&pieces).text, "Seen by Ann\n");
    // Boxes of a form: the letters are of different width, their middles are not.
    let boxes: Vec<Piece> = [("Q", 8.0), ("u", 5.0), ("i", 2.0), ("x", 5.0), ("m", 8.0), ("e", 5.0)]
        .iter()
        .enumerate()
        .map(|(i, (text, w))| {
            let x = 100.0 + 13.0 * i as f32 - w / 2.0;
            Piece { id: i as u32, text, quad: [[x, 300.0], [x + w, 300.0], [x + w, 310.0], [x, 310.0]] }
        })
        .collect();
    assert_eq!(page_text(&boxes).text, "Quixme\n");
}

/// The index of a book: `Neumann, Gustaf . . . . . 2`.
#[test]
fn leader_dots_do_not_space_out_the_words_before_them() {
    let name = [("N", 7.0), ("e", 4.0), ("u", 5.0), ("m", 8.0), ("a", 5.0), ("n", 5.0), ("n", 5.0), (",", 3.0)];
    let mut at = 100.0;
    let mut pieces = Vec::new();
    let mut set = |text: &'static str, wide: f32, gap: f32| {
        at += gap;
        let quad = [[at, 300.0], [at + wide, 300.0], [at + wide, 310.0], [at, 310.0]];
        pieces.push(Piece { id: pieces.len() as u32, text, quad });
        at += wide;
    };
    name.iter().for_each(|(t, w)| set(t, *w, 0.0));
    set("G", 7.0, 3.5);
    ["u", "s", "t", "a", "f"].iter().for_each(|t| set(t, 4.0, 0.0));
    (0..30).for_each(|_| set(".", 2.5, 2.0));
    set("2", 5.0, 2.0);
    let text = page_text(&pieces).text;
    assert!(text.starts_with("Neumann, Gustaf"), "{text}");
}
