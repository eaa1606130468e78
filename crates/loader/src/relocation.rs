//! How each kind of relocation changes the bytes at its place. Pure arithmetic, for both architectures on any machine.
//!
//! In the names of the ELF specifications: `S + A` is the target, `P` the place.
//!
//! | type | machine | what is written |
//! |---|---|---|
//! | `R_X86_64_64`, `R_AARCH64_ABS64` | both | the target, 64 bits |
//! | `R_X86_64_PC32`, `R_X86_64_PLT32` | x86-64 | target - place, 32 bits; there is no procedure linkage table to go through |
//! | `R_AARCH64_ADR_PREL_PG_HI21` | AArch64 | pages from place to target, into `adrp` |
//! | `R_AARCH64_ADD_ABS_LO12_NC` | AArch64 | the target's place in its page, into `add` |
//! | `R_AARCH64_CALL26` | AArch64 | instructions from place to target, into `bl` (or `b`) |

use object::elf;

use crate::architecture::Architecture;

/// What a relocation writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RelocationKind {
    /// The target's address.
    Absolute64,
    /// The distance to the target in bytes.
    Relative32,
    /// The distance to the target's page in pages, in an `adrp`.
    Aarch64Page21,
    /// The low 12 bits of the target's address, in an `add`.
    Aarch64AddLow12,
    /// The distance to the target in instructions, in a `bl` or `b`.
    Aarch64Call26,
}

/// Why bytes were not changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// The distance does not fit the field.
    OutOfReach,
    /// The distance is not a whole number of instructions.
    Misaligned,
    /// The instruction has no such field.
    OtherInstruction,
}

impl RelocationKind {
    /// The kind with this number, if it is one of the table above.
    pub(crate) fn from_elf(architecture: Architecture, number: elf::RelocationType) -> Option<Self> {
        match architecture {
            Architecture::X86_64 => match number {
                elf::R_X86_64_64 => Some(Self::Absolute64),
                elf::R_X86_64_PC32 | elf::R_X86_64_PLT32 => Some(Self::Relative32),
                _ => None,
            },
            Architecture::Aarch64 => match number {
                elf::R_AARCH64_ABS64 => Some(Self::Absolute64),
                elf::R_AARCH64_ADR_PREL_PG_HI21 => Some(Self::Aarch64Page21),
                elf::R_AARCH64_ADD_ABS_LO12_NC => Some(Self::Aarch64AddLow12),
                elf::R_AARCH64_CALL26 => Some(Self::Aarch64Call26),
                _ => None,
            },
        }
    }

    /// How many bytes it may change.
    pub(crate) const fn width_bytes(self) -> usize {
        match self {
            Self::Absolute64 => 8,
            Self::Relative32 | Self::Aarch64Page21 | Self::Aarch64AddLow12 | Self::Aarch64Call26 => 4,
        }
    }

    /// Changes `field`, which is [`width_bytes`](Self::width_bytes) long and will lie at `place`, to mean `target`.
    pub(crate) fn apply(self, field: &mut [u8], place: u64, target: u64) -> Result<(), Refusal> {
        match self {
            Self::Absolute64 => field.copy_from_slice(&target.to_le_bytes()),
            Self::Relative32 => field.copy_from_slice(&relative32(place, target)?.to_le_bytes()),
            Self::Aarch64Page21 => change(field, |instruction| page21(instruction, place, target))?,
            Self::Aarch64AddLow12 => change(field, |instruction| add_low12(instruction, target))?,
            Self::Aarch64Call26 => change(field, |instruction| call26(instruction, place, target))?,
        }
        Ok(())
    }
}

/// Replaces an instruction by a function of it.
fn change(field: &mut [u8], function: impl FnOnce(u32) -> Result<u32, Refusal>) -> Result<(), Refusal> {
    let bytes: &mut [u8; 4] = field.try_into().expect("an instruction has four bytes");
    *bytes = function(u32::from_le_bytes(*bytes))?.to_le_bytes();
    Ok(())
}

/// From one address to another, around the end of the address space if that is shorter.
fn distance(place: u64, target: u64) -> i64 {
    target.wrapping_sub(place).cast_signed()
}

fn relative32(place: u64, target: u64) -> Result<i32, Refusal> {
    i32::try_from(distance(place, target)).map_err(|_| Refusal::OutOfReach)
}

/// Whether the value fits a two's-complement field of so many bits.
fn fits(value: i64, bits: u32) -> bool {
    let bound = 1_i64 << (bits - 1);
    (-bound..bound).contains(&value)
}

/// Puts the distance in pages into `adrp`: its low two bits into bits 29-30, the other 19 into bits 5-23.
fn page21(instruction: u32, place: u64, target: u64) -> Result<u32, Refusal> {
    if instruction & 0x9f00_0000 != 0x9000_0000 {
        return Err(Refusal::OtherInstruction);
    }
    let pages = distance(place & !0xfff, target & !0xfff) >> 12;
    if !fits(pages, 21) {
        return Err(Refusal::OutOfReach);
    }
    let bits = (pages & 0x1f_ffff) as u32;
    Ok(instruction & 0x9f00_001f | (bits & 3) << 29 | (bits >> 2) << 5)
}

/// Puts the place in the page into bits 10-21 of the 64-bit `add` with an unshifted immediate.
fn add_low12(instruction: u32, target: u64) -> Result<u32, Refusal> {
    if instruction & 0xffc0_0000 != 0x9100_0000 {
        return Err(Refusal::OtherInstruction);
    }
    Ok(instruction & 0xffc0_03ff | ((target & 0xfff) as u32) << 10)
}

/// Puts the distance in instructions into the low 26 bits of `bl` or `b`.
fn call26(instruction: u32, place: u64, target: u64) -> Result<u32, Refusal> {
    if instruction & 0x7c00_0000 != 0x1400_0000 {
        return Err(Refusal::OtherInstruction);
    }
    let bytes = distance(place, target);
    if bytes % 4 != 0 {
        return Err(Refusal::Misaligned);
    }
    if !fits(bytes, 28) {
        return Err(Refusal::OutOfReach);
    }
    Ok(instruction & 0xfc00_0000 | (bytes >> 2) as u32 & 0x03ff_ffff)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const ADRP_X1: u32 = 0x9000_0001;
    const ADD_X1_X1: u32 = 0x9100_0021;
    const BL: u32 = 0x9400_0000;
    const B: u32 = 0x1400_0000;

    fn applied(kind: RelocationKind, field: &[u8], place: u64, target: u64) -> Result<Vec<u8>, Refusal> {
        let mut field = field.to_vec();
        kind.apply(&mut field, place, target).map(|()| field)
    }

    #[test]
    fn only_the_listed_types_are_known() {
        let known = |architecture| {
            let kinds = (0..2000).filter_map(|number| {
                let kind = RelocationKind::from_elf(architecture, elf::RelocationType(number))?;
                Some((number, kind))
            });
            kinds.collect::<Vec<_>>()
        };
        use RelocationKind::*;
        assert_eq!(known(Architecture::X86_64), [(1, Absolute64), (2, Relative32), (4, Relative32)]);
        let aarch64 = [(257, Absolute64), (275, Aarch64Page21), (277, Aarch64AddLow12), (283, Aarch64Call26)];
        assert_eq!(known(Architecture::Aarch64), aarch64);
    }

    #[test]
    fn absolute_addresses() {
        let bytes = applied(RelocationKind::Absolute64, &[0xff; 8], 0x1000, 0x1122_3344_5566_7788);
        assert_eq!(bytes.unwrap(), [0x88, 0x77, 0x66, 0x55, 0x44, 0x33, 0x22, 0x11]);
    }

    #[test]
    fn relative_distances() {
        // call +0x10: the addend -4 is part of the target.
        let place = 0x7f00_0000_1001;
        let bytes = applied(RelocationKind::Relative32, &[0xff; 4], place, place + 0x14 - 4);
        assert_eq!(bytes.unwrap(), [0x10, 0, 0, 0]);
        assert_eq!(relative32(place, place - 1), Ok(-1));
        assert_eq!(relative32(place, place + 0x7fff_ffff), Ok(i32::MAX));
        assert_eq!(relative32(place, place + 0x8000_0000), Err(Refusal::OutOfReach));
        assert_eq!(relative32(place, place - 0x8000_0000), Ok(i32::MIN));
        assert_eq!(relative32(place, place - 0x8000_0001), Err(Refusal::OutOfReach));
        assert_eq!(relative32(u64::MAX, 1), Ok(2), "around the end");
    }

    /// Encodings as `llvm-mc -triple aarch64` prints them.
    #[test]
    fn aarch64_instructions() {
        // adrp x1, #0x1000 and adrp x1, #-0x1000, adrp x1, #0x12345000
        assert_eq!(page21(ADRP_X1, 0x1_0ff8, 0x1_1004), Ok(0xb000_0001));
        assert_eq!(page21(ADRP_X1, 0x1_0ff8, 0xf004), Ok(0xf0ff_ffe1));
        assert_eq!(page21(ADRP_X1, 0, 0x1234_5000), Ok(0xb009_1a21));
        // add x1, x1, #0xabc
        assert_eq!(add_low12(ADD_X1_X1, 0x7fff_1234_5abc), Ok(0x912a_f021));
        // bl #8, bl #-4, b #0x7fffffc
        assert_eq!(call26(BL, 0x1000, 0x1008), Ok(0x9400_0002));
        assert_eq!(call26(BL, 0x1000, 0xffc), Ok(0x97ff_ffff));
        assert_eq!(call26(B, 0, 0x07ff_fffc), Ok(0x15ff_ffff));
    }

    #[test]
    fn aarch64_limits() {
        assert_eq!(page21(ADRP_X1, 0, 0xffff_f000), Ok(ADRP_X1 | 3 << 29 | 0x3_ffff << 5));
        assert_eq!(page21(ADRP_X1, 0, 0x1_0000_0000), Err(Refusal::OutOfReach));
        assert_eq!(page21(ADRP_X1, 0x1_0000_0000, 0), Ok(ADRP_X1 | 0x4_0000 << 5));
        assert_eq!(page21(ADRP_X1, 0x1_0000_1000, 0), Err(Refusal::OutOfReach));
        assert_eq!(call26(BL, 0, 0x0800_0000), Err(Refusal::OutOfReach));
        assert_eq!(call26(BL, 0x0800_0000, 0), Ok(BL | 0x0200_0000));
        assert_eq!(call26(BL, 0x0800_0004, 0), Err(Refusal::OutOfReach));
        assert_eq!(call26(BL, 0, 2), Err(Refusal::Misaligned));
    }

    #[test]
    fn other_instructions_are_left_alone() {
        let zero = [0; 4];
        for kind in
            [RelocationKind::Aarch64Page21, RelocationKind::Aarch64AddLow12, RelocationKind::Aarch64Call26]
        {
            assert_eq!(applied(kind, &zero, 0, 0), Err(Refusal::OtherInstruction));
        }
        // adr x1 (not adrp), add with a shifted immediate, add w1
        assert_eq!(page21(0x1000_0001, 0, 0), Err(Refusal::OtherInstruction));
        assert_eq!(add_low12(0x9140_0021, 0), Err(Refusal::OtherInstruction));
        assert_eq!(add_low12(0x1100_0021, 0), Err(Refusal::OtherInstruction));
    }

    proptest! {
        /// Reads the field back as a processor would.
        #[test]
        fn aarch64_fields_read_back(place in 0..1_u64 << 40, delta in -0x9000_0000_i64..0x9000_0000, junk: u32) {
            let place = (place + 0x1_0000_0000) & !3;
            let target = place.wrapping_add_signed(delta);
            if let Ok(instruction) = page21(ADRP_X1 | junk & 0x60ff_ffe0, place, target) {
                let field = (instruction >> 5 & 0x7_ffff) << 2 | instruction >> 29 & 3;
                let pages = i64::from((field << 11).cast_signed() >> 11);
                prop_assert_eq!((place & !0xfff).wrapping_add_signed(pages << 12), target & !0xfff);
                prop_assert_eq!(instruction & 0x9f00_001f, ADRP_X1);
            }
            let instruction = add_low12(ADD_X1_X1 | junk & 0x003f_fc00, target).unwrap();
            prop_assert_eq!(u64::from(instruction >> 10 & 0xfff), target & 0xfff);
            prop_assert_eq!(instruction & !0x003f_fc00, ADD_X1_X1);
            match call26(BL | junk & 0x03ff_ffff, place, target) {
                Ok(instruction) => {
                    let words = i64::from((instruction << 6).cast_signed() >> 6);
                    prop_assert_eq!(place.wrapping_add_signed(words * 4), target);
                }
                Err(Refusal::Misaligned) => prop_assert!(delta % 4 != 0),
                Err(refusal) => {
                    prop_assert_eq!(refusal, Refusal::OutOfReach);
                    prop_assert!(!(-0x0800_0000..0x0800_0000).contains(&delta));
                }
            }
        }

        #[test]
        fn relative_fields_read_back(place: u64, target: u64, near: i32) {
            for target in [target, place.wrapping_add_signed(near.into())] {
                match relative32(place, target) {
                    Ok(field) => prop_assert_eq!(place.wrapping_add_signed(field.into()), target),
                    Err(refusal) => {
                        prop_assert_eq!(refusal, Refusal::OutOfReach);
                        prop_assert_ne!(target, place.wrapping_add_signed(near.into()));
                    }
                }
            }
        }
    }
}
