//! The machine that code is made for: a Cranelift ISA with its settings.

use crate::CodegenError;
use crate::machine_code::MachineCode;
use cranelift_codegen::isa::{self, OwnedTargetIsa, TargetIsa};
use cranelift_codegen::settings::{self, Configurable};
use hotloop_mir::WideVectors;
use std::sync::OnceLock;

/// A machine that code is made for. Making one takes 0.1 ms: make one a process.
pub struct Target {
    builder: isa::Builder,
    isa: OwnedTargetIsa,
    wide_vectors: Option<&'static dyn WideVectors>,
    /// The same with the quick register allocator, made when a function is too large for the good one.
    quick: OnceLock<OwnedTargetIsa>,
    /// The code of `hl_interrupt`, made when first needed.
    pub(crate) interrupt: OnceLock<MachineCode>,
}

impl Target {
    /// This machine, with all that its processor can do.
    ///
    /// # Errors
    /// Cranelift does not know the processor, or it is an x86-64 without SSE4.1 (made before 2008).
    pub fn host() -> Result<Self, CodegenError> {
        Self::new(cranelift_native::builder().map_err(|message| CodegenError::Target(message.to_owned()))?)
    }

    /// A level of x86-64 (`x86-64-v2`, `x86-64-v3`, `x86-64-v4`, or `v2` to `v4` for short), `aarch64`, or `native` for this machine.
    ///
    /// # Errors
    /// There is no target of that name.
    pub fn from_name(name: &str) -> Result<Self, CodegenError> {
        match name {
            "native" => Self::host(),
            "x86-64-v2" | "v2" => Self::x86_64("x86-64-v2"),
            "x86-64-v3" | "v3" => Self::x86_64("x86-64-v3"),
            "x86-64-v4" | "v4" => Self::x86_64("x86-64-v4"),
            "aarch64" => Self::aarch64(),
            unknown => {
                let known = "known are native (this machine), x86-64-v2 (SSE4.2), x86-64-v3 (AVX2), x86-64-v4 (AVX-512) and aarch64";
                // The first processors of that family lack instructions that all code uses.
                let least =
                    if unknown == "x86-64" { "; x86-64 without a level is less than code needs" } else { "" };
                Err(CodegenError::Target(format!(
                    "`{unknown}` is no processor to compile for; {known}{least}"
                )))
            }
        }
    }

    /// A 64-bit ARM under Linux, to emit code for.
    ///
    /// # Errors
    /// Never, unless Cranelift was built without this back end.
    pub fn aarch64() -> Result<Self, CodegenError> {
        Self::new(lookup("aarch64-unknown-linux-gnu")?)
    }

    fn x86_64(level: &str) -> Result<Self, CodegenError> {
        let mut builder = lookup("x86_64-unknown-linux-gnu")?;
        builder.enable(level).map_err(|error| CodegenError::Target(error.to_string()))?;
        if level != "x86-64-v2" {
            // Cranelift's presets have AVX2 without AVX, and then use neither for most instructions.
            builder.enable("has_avx").map_err(|error| CodegenError::Target(error.to_string()))?;
        }
        Self::new(builder)
    }

    fn new(builder: isa::Builder) -> Result<Self, CodegenError> {
        let isa = finish(&builder, "backtracking")?;
        let lacks_sse41 =
            isa.isa_flags().iter().any(|flag| flag.name == "has_sse41" && flag.as_bool() == Some(false));
        if lacks_sse41 {
            return Err(CodegenError::Target("an x86-64 processor needs SSE4.1".to_owned()));
        }
        Ok(Self { builder, isa, wide_vectors: None, quick: OnceLock::new(), interrupt: OnceLock::new() })
    }

    /// The same with code for wider vectors than Cranelift has, from whoever makes it for this processor.
    #[must_use]
    pub fn with_wide_vectors(self, wide_vectors: Option<&'static dyn WideVectors>) -> Self {
        Self { wide_vectors, ..self }
    }

    /// Whether the processor has a feature, by Cranelift's name of it, such as `has_avx2`.
    pub fn has_feature(&self, name: &str) -> bool {
        self.isa.isa_flags().iter().any(|flag| flag.name == name && flag.as_bool() == Some(true))
    }

    pub(crate) fn wide_vectors(&self) -> Option<&'static dyn WideVectors> {
        self.wide_vectors
    }

    /// Whether the processor has a product and a sum in one instruction.
    pub(crate) fn has_fused_products(&self) -> bool {
        // Where Cranelift knows processors without it, it has a flag for it.
        self.isa.isa_flags().iter().all(|flag| flag.name != "has_fma" || flag.as_bool() == Some(true))
    }

    /// All that machine code depends on, as text for a cache key: Cranelift's version, the triple, the processor's features and the settings.
    pub fn cache_key(&self) -> String {
        let mut key = format!("cranelift {}; {}", cranelift_codegen::VERSION, self.isa.triple());
        for flag in self.isa.isa_flags().into_iter().filter(|flag| flag.as_bool() == Some(true)) {
            key.push_str("; ");
            key.push_str(flag.name);
        }
        for flag in self.isa.flags().iter() {
            key.push_str(&format!("; {flag}"));
        }
        if let Some(wide_vectors) = self.wide_vectors {
            key.push_str(&format!("; vectors by {wide_vectors:?}"));
        }
        key
    }

    /// Whether code for this target runs on this machine.
    pub fn runs_here(&self) -> bool {
        let Ok(host) = cranelift_native::builder() else { return false };
        let Ok(host) = finish(&host, "backtracking") else { return false };
        let has = |name: &str| {
            host.isa_flags().iter().any(|flag| flag.name == name && flag.as_bool() == Some(true))
        };
        let enabled = self.isa.isa_flags().into_iter().filter(|flag| flag.as_bool() == Some(true));
        host.triple().architecture == self.isa.triple().architecture
            && enabled.into_iter().all(|flag| has(flag.name))
    }

    /// Whether an instruction on vectors may take one from memory that is not aligned: not before AVX, which Cranelift 0.135 forgets for comparisons of floats.
    pub(crate) fn takes_unaligned_vectors(&self) -> bool {
        self.isa.isa_flags().iter().all(|flag| flag.name != "has_avx" || flag.as_bool() == Some(true))
    }

    pub(crate) fn isa(&self) -> &OwnedTargetIsa {
        &self.isa
    }

    /// The ISA whose register allocator takes linear time.
    pub(crate) fn quick_isa(&self) -> Result<&dyn TargetIsa, CodegenError> {
        if self.quick.get().is_none() {
            let isa = finish(&self.builder, "single_pass")?;
            let _ = self.quick.set(isa);
        }
        Ok(&**self.quick.get().expect("it was set above"))
    }
}

impl std::fmt::Debug for Target {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Target").field(&self.cache_key()).finish()
    }
}

fn lookup(triple: &str) -> Result<isa::Builder, CodegenError> {
    isa::lookup_by_name(triple).map_err(|error| CodegenError::Target(error.to_string()))
}

/// Every setting whose value matters to us, whatever Cranelift's default is.
const SETTINGS: &[(&str, &str)] = &[
    // The passes have optimised already, with more knowledge. Cranelift's optimiser would take all pure values out of their blocks and
    // put them back where they are used: it leaves what we hoisted inside a loop whenever the loop can be left before its end.
    ("opt_level", "none"),
    ("enable_verifier", "false"), // `Options::verify` asks for it, once a function.
    ("is_pic", "false"), // With colocated symbols all references are PC-relative anyway, without a GOT.
    ("unwind_info", "true"),
    ("preserve_frame_pointers", "true"), // For perf and gdb; its cost cannot be measured.
    // A frame of more than a page touches every page, so that the stack's end is found and not jumped over.
    ("enable_probestack", "true"),
    ("probestack_strategy", "inline"),
    ("enable_nan_canonicalization", "false"),
];

fn finish(builder: &isa::Builder, register_allocator: &str) -> Result<OwnedTargetIsa, CodegenError> {
    let mut flags = settings::builder();
    for (name, value) in SETTINGS.iter().chain(&[("regalloc_algorithm", register_allocator)]) {
        flags.set(name, value).map_err(|error| CodegenError::Target(format!("{name}: {error}")))?;
    }
    builder.finish(settings::Flags::new(flags)).map_err(|error| CodegenError::Target(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_tells_targets_apart() {
        let names = ["x86-64-v2", "x86-64-v3", "x86-64-v4", "aarch64"];
        let keys: std::collections::HashSet<String> =
            names.iter().map(|name| Target::from_name(name).unwrap().cache_key()).collect();
        assert_eq!(keys.len(), names.len());
        let key = Target::from_name("v3").unwrap().cache_key();
        for part in ["x86_64-unknown-linux-gnu", "has_avx;", "has_avx2", "opt_level=none", "is_pic=0"] {
            assert!(key.contains(part), "{part} in {key}");
        }
        assert!(!key.contains("has_avx512f"));
    }

    #[test]
    fn the_host_runs_what_is_made_for_it() {
        assert!(Target::host().unwrap().runs_here());
        assert_eq!(Target::aarch64().unwrap().runs_here(), cfg!(target_arch = "aarch64"));
    }

    #[test]
    fn unknown_names_are_refused() {
        let message = Target::from_name("pentium").unwrap_err().to_string();
        assert!(message.contains("`pentium`") && message.contains("x86-64-v3 (AVX2)"), "{message}");
        let message = Target::from_name("x86-64").unwrap_err().to_string();
        assert!(message.contains("x86-64 without a level is less than code needs"), "{message}");
        assert!(matches!(Target::from_name(""), Err(CodegenError::Target(_))));
    }
}
