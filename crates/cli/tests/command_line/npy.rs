//! Files of arrays: every dtype and both orders are read and written back; broken files are refused with one message.

use crate::support::{Scratch, npy, npy_with_header};

const KERNELS: &str = "\
def same(x):
    return x

def corner(x):
    return x[0, 1]

def mark(x):
    x[1, 0] = 7
";

fn scratch(name: &str) -> Scratch {
    let scratch = Scratch::new(name);
    scratch.write("kernels.py", KERNELS);
    scratch
}

#[test]
fn all_dtypes_are_read_and_written() {
    let scratch = scratch("dtypes");
    for (descr, elements, printed) in [
        ("'|b1'", &[1, 0][..], "[ True False]\n"),
        ("'|i1'", &[255, 1], "[-1  1]\n"),
        ("'|u1'", &[255, 1], "[255   1]\n"),
        ("'<i2'", &[0, 128, 1, 0], "[-32768      1]\n"),
        ("'<u2'", &[0, 128, 1, 0], "[32768     1]\n"),
        ("'<i4'", &[255, 255, 255, 255, 1, 0, 0, 0], "[-1  1]\n"),
        ("'<u4'", &[255, 255, 255, 255, 1, 0, 0, 0], "[4294967295          1]\n"),
        ("'<i8'", &[255, 255, 255, 255, 255, 255, 255, 255, 1, 0, 0, 0, 0, 0, 0, 0], "[-1  1]\n"),
        (
            "'<u8'",
            &[255, 255, 255, 255, 255, 255, 255, 255, 1, 0, 0, 0, 0, 0, 0, 0],
            "[18446744073709551615                    1]\n",
        ),
        ("'<f4'", &[0, 0, 128, 63, 0, 0, 0, 192], "[ 1. -2.]\n"),
        ("'<f8'", &[0, 0, 0, 0, 0, 0, 240, 63, 0, 0, 0, 0, 0, 0, 0, 192], "[ 1. -2.]\n"),
    ] {
        let bytes = npy(descr, false, "(2,)", elements);
        scratch.write("x.npy", &bytes);
        assert_eq!(scratch.prints(&["run", "kernels.py", "same", "x.npy"]), printed, "{descr}");
        scratch.prints(&["run", "kernels.py", "same", "x.npy", "-o", "y.npy"]);
        let written = std::fs::read(scratch.folder.join("y.npy")).expect("it was written");
        assert_eq!(written[written.len() - elements.len()..], *elements, "{descr}");
        assert_eq!(scratch.prints(&["run", "kernels.py", "same", "y.npy"]), printed, "{descr}");
    }
    // Whatever byte another program wrote for true.
    scratch.write("x.npy", npy("'|b1'", false, "(3,)", &[2, 0, 255]));
    assert_eq!(scratch.prints(&["run", "kernels.py", "same", "x.npy"]), "[ True False  True]\n");
}

#[test]
fn fortran_order_is_kept() {
    let scratch = scratch("fortran");
    let elements: Vec<u8> = (0..6_u8).collect();
    scratch.write("c.npy", npy("'|u1'", false, "(2, 3)", &elements));
    scratch.write("f.npy", npy("'|u1'", true, "(2, 3)", &elements));
    assert_eq!(scratch.prints(&["run", "kernels.py", "same", "c.npy"]), "[[0 1 2]\n [3 4 5]]\n");
    assert_eq!(scratch.prints(&["run", "kernels.py", "same", "f.npy"]), "[[0 2 4]\n [1 3 5]]\n");
    assert_eq!(scratch.prints(&["run", "kernels.py", "corner", "c.npy"]), "1\n");
    assert_eq!(scratch.prints(&["run", "kernels.py", "corner", "f.npy"]), "2\n");
    assert_eq!(scratch.prints(&["run", "kernels.py", "mark", "f.npy", "-o", "marked.npy"]), "");
    assert_eq!(scratch.prints(&["run", "kernels.py", "same", "marked.npy"]), "[[0 2 4]\n [7 3 5]]\n");
    let marked = std::fs::read(scratch.folder.join("marked.npy")).expect("it was written");
    assert!(String::from_utf8_lossy(&marked).contains("'fortran_order': True"));
    scratch.write("zero.npy", npy("'<f8'", false, "()", &[0; 8]));
    assert_eq!(scratch.prints(&["run", "kernels.py", "same", "zero.npy"]), "0.0\n");
    scratch.write("empty.npy", npy("'<f8'", true, "(0, 3)", &[]));
    assert_eq!(scratch.prints(&["run", "kernels.py", "same", "empty.npy"]), "[]\n");
}

#[test]
fn broken_files_are_refused() {
    let scratch = scratch("broken-npy");
    let whole = npy("'<f8'", false, "(2,)", &[0; 16]);
    let header = |text: &str| npy_with_header(text, &[0; 16]);
    let header_of_shape = |shape: &str| npy("'<f8'", false, shape, &[0; 16]);
    let mut long_header = whole.clone();
    long_header[8..10].copy_from_slice(&60_000_u16.to_le_bytes());
    let cases: Vec<(Vec<u8>, &str)> = vec![
        (Vec::new(), "it is not a .npy file"),
        (b"\x93NUMP".to_vec(), "it is not a .npy file"),
        (b"PK\x03\x04 a zip file".to_vec(), "it is not a .npy file"),
        (whole[..9].to_vec(), "it is cut short within its header"),
        (whole[..60].to_vec(), "it is cut short within its header"),
        (
            whole[..whole.len() - 1].to_vec(),
            "it is cut short: its header says 16 bytes of elements, and 15 are there",
        ),
        (
            [whole.as_slice(), &[0]].concat(),
            "it is too long: its header says 16 bytes of elements, and 17 are there",
        ),
        (long_header, "its header is broken: it has 60000 bytes"),
        (npy("'>f8'", false, "(2,)", &[0; 16]), "its elements are big-endian (`>f8`)"),
        (npy("'<M8[s]'", false, "(1,)", &[0; 8]), "its elements are of dtype `<M8"),
        (npy("'<f2'", false, "(8,)", &[0; 16]), "its elements are of dtype `<f2`"),
        (npy("'<U2'", false, "(2,)", &[0; 16]), "its elements are of dtype `<U2`"),
        (npy("'|O'", false, "(2,)", &[0; 16]), "its elements are of dtype `|O`"),
        (npy("'<M8[s]'", false, "(2,)", &[0; 16]), "its elements are of dtype `<M8[s]`"),
        (npy("[('a', '<f8')]", false, "(2,)", &[0; 16]), "its elements are structured"),
        (npy("'<q8'", false, "(2,)", &[0; 16]), "its header is broken: "),
        (header("nonsense"), "its header is broken: "),
        (header("{'descr': '<f8', 'shape': (2,)}"), "its header is broken: "),
        (header_of_shape("(-2,)"), "its header is broken: "),
        (header_of_shape("2"), "its header is broken: "),
        (
            header_of_shape("(99999999999, 99999999999)"),
            "its header is broken: no array has that many elements",
        ),
        (header_of_shape("(99999999999999999999999,)"), "its header is broken: "),
        (
            header_of_shape("(999999999999,)"),
            "it is cut short: its header says 7999999999992 bytes of elements",
        ),
        (header_of_shape(&"(".repeat(100)), "its header is broken: "),
        (header_of_shape(&format!("({})", "1, ".repeat(40))), "it has 40 dimensions"),
    ];
    for (bytes, reason) in cases {
        scratch.write("x.npy", &bytes);
        let message = scratch.refuses(&["run", "kernels.py", "same", "x.npy"]);
        let expected = format!("error: argument 1 (`x.npy`): x.npy: {reason}");
        assert!(message.starts_with(&expected), "{reason}: {message}");
    }
    std::fs::create_dir(scratch.folder.join("folder.npy")).expect("the folder can be made");
    let message = scratch.refuses(&["run", "kernels.py", "same", "folder.npy"]);
    assert_eq!(message, "error: argument 1 (`folder.npy`): folder.npy: is not a file");
}
