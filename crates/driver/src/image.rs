//! Compiled functions in memory, linked to each other and to the runtime.
#![allow(unsafe_code)] // The one place where compiled code is called.

use crate::exception::Place;
use crate::host::Hosts;
use crate::{Exception, Failure};
use hotloop_abi::{HostEntry, Status};
use hotloop_codegen::ENTRY_SUFFIX;
use hotloop_loader::{Image, Placed};
use hotloop_runtime::{CallState, RaisingSite, SiteTable};
use hotloop_types::{GeneratorType, Signature, Type};
use rustc_hash::FxHashMap;
use std::cell::Cell;
use std::sync::Arc;

/// A function's object before it is loaded: what code generation or the cache gave.
#[derive(Clone, Debug)]
pub(crate) struct Unit {
    pub(crate) symbol: String,
    pub(crate) signature: Signature,
    pub(crate) object: Vec<u8>,
    pub(crate) sites: Vec<RaisingSite>,
    /// Where each site is in the source.
    pub(crate) places: Vec<Option<Place>>,
    /// The symbols of other specialisations that the object imports.
    pub(crate) imports: Vec<String>,
}

/// A specialisation of a function, ready to be called.
///
/// It keeps alive whatever its code may reach.
pub struct Compiled {
    symbol: String,
    signature: Signature,
    entry: HostEntry,
    /// What goes on with a generator, if it makes one.
    resume: Option<HostEntry>,
    group: Arc<Group>,
}

/// Images that were loaded together and may call each other, in cycles too.
struct Group {
    images: Vec<Loaded>,
    /// The groups that they call.
    callees: Vec<Arc<Group>>,
    /// Whether code of these or of those that they call may call the host.
    calls_host: bool,
}

/// An image with what its code names itself by.
struct Loaded {
    image: Image,
    /// What `hl_self` is in the object: its address is in the error states that the image's code writes.
    sites: Box<SiteTable>,
    places: Vec<Option<Place>>,
    /// Whether it imports a function of the host.
    calls_host: bool,
}

impl Compiled {
    /// Its symbol.
    pub fn symbol(&self) -> &str {
        &self.symbol
    }

    /// The types of its parameters and its result.
    pub fn signature(&self) -> &Signature {
        &self.signature
    }

    /// Whether it may call functions of the host, itself or by what it calls.
    pub fn calls_host(&self) -> bool {
        self.group.calls_host
    }

    /// The type of its result.
    #[inline]
    pub fn result(&self) -> &Type {
        self.signature.result.as_ref().expect("a compiled function knows its result")
    }

    /// Calls the function: `arguments` and `results` hold eight bytes each, as `hotloop-abi` says.
    ///
    /// # Errors
    /// What the function raised.
    ///
    /// # Safety
    /// The arguments are what the signature asks for, flattened: addresses point to descriptors of arrays of the declared types, whose
    /// memory may be read, and written unless the type is read-only, for the whole call. There is room for all results.
    #[inline(always)] // A call of a kernel from Python takes some 30 nanoseconds in all.
    pub unsafe fn call_raw(
        &self,
        call: &mut CallState<'_>,
        arguments: &[u64],
        results: &mut [u64],
    ) -> Result<(), Box<Exception>> {
        // SAFETY: the entry follows the convention of `hotloop-abi`; the rest is the caller's promise.
        let status: Status =
            unsafe { (self.entry)(call.context(), arguments.as_ptr(), results.as_mut_ptr()) };
        if status.is_ok() { Ok(()) } else { Err(Box::new(self.exception(call))) }
    }

    /// Goes on with a generator that a call has made: whether there is another item, and the item, go to `results`.
    ///
    /// # Errors
    /// What the function raised.
    ///
    /// # Panics
    /// Panics if the function makes no generator.
    ///
    /// # Safety
    /// `frame` is the result of a call, and lives; nobody else goes on with it, and the memory of the arguments of that call may
    /// be used as then. There is room for all results.
    pub unsafe fn resume_raw(
        &self,
        call: &mut CallState<'_>,
        frame: u64,
        results: &mut [u64],
    ) -> Result<(), Box<Exception>> {
        let resume = self.resume.expect("the function makes a generator");
        // SAFETY: the entry follows the convention of `hotloop-abi`; the rest is the caller's promise.
        let status: Status = unsafe { resume(call.context(), &raw const frame, results.as_mut_ptr()) };
        if status.is_ok() { Ok(()) } else { Err(Box::new(self.exception(call))) }
    }

    /// What the failed call raised.
    #[cold]
    fn exception(&self, call: &mut CallState<'_>) -> Exception {
        // What was printed before comes before the error. If it cannot be written, the error is still the one to be told.
        let _ = call.hand_over_output();
        let texts = call.take_error_texts();
        let state = *call.error();
        let image = find_image(&self.group, state.image, &mut Vec::new());
        let site = image.and_then(|image| image.sites.get(state.site));
        let place = |image: Option<&Loaded>, site: u32| {
            image.and_then(|image| image.places.get(site as usize)).cloned().flatten()
        };
        let caller = || {
            let image = find_image(&self.group, state.caller_image, &mut Vec::new());
            place(image, state.caller_site)
        };
        let place = place(image, state.site).or_else(caller);
        Exception::new(&state, &texts, site, place)
    }

    /// Whether its errors are those of a unit, with their places.
    fn has_the_sites_of(&self, unit: &Unit) -> bool {
        let own = self.group.images.iter().find(|loaded| loaded.image.symbol(&self.symbol).is_some());
        let (sites, places) = own.map_or((&[][..], &[][..]), |own| (own.sites.sites(), &own.places));
        unit.sites == sites && unit.places == places
    }

    fn address_of(&self, symbol: &str) -> Option<*const u8> {
        self.group.images.iter().find_map(|loaded| loaded.image.symbol(symbol))
    }
}

/// The image whose site table has that address, among those that code of the group can reach.
fn find_image<'a>(group: &'a Group, address: u64, seen: &mut Vec<*const Group>) -> Option<&'a Loaded> {
    if seen.contains(&std::ptr::from_ref(group)) {
        return None;
    }
    seen.push(group);
    let own = group.images.iter().find(|loaded| std::ptr::from_ref(&*loaded.sites) as u64 == address);
    own.or_else(|| group.callees.iter().find_map(|callee| find_image(callee, address, seen)))
}

impl std::fmt::Debug for Compiled {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Compiled")
            .field("symbol", &self.symbol)
            .field("signature", &self.signature)
            .finish_non_exhaustive()
    }
}

/// Compiled functions by their symbols.
pub(crate) type BySymbol = FxHashMap<String, Arc<Compiled>>;

/// Loads those of the units that are not in memory already, and notes them. Gives what was loaded, in the order of the units.
pub(crate) fn load_new(
    units: Vec<Unit>,
    known: &mut BySymbol,
    hosts: &Hosts,
) -> Result<Vec<Option<Arc<Compiled>>>, Failure> {
    let needed = needs_loading(&units, known);
    let fresh = units.into_iter().zip(&needed).filter_map(|(unit, needed)| needed.then_some(unit));
    let mut linked = link(fresh.collect(), known, hosts)?.into_iter();
    let loaded: Vec<Option<Arc<Compiled>>> =
        needed.into_iter().map(|needed| if needed { linked.next() } else { None }).collect();
    for function in loaded.iter().flatten() {
        known.insert(function.symbol().to_owned(), Arc::clone(function));
    }
    Ok(loaded)
}

/// Which of the units have to be loaded, although functions of their symbols may be known. Equal functions of different files, or of a file
/// that was edited, have one symbol, but their errors name other places: such a function is loaded again, and so is whoever calls it.
fn needs_loading(units: &[Unit], known: &BySymbol) -> Vec<bool> {
    let is_new = |unit: &Unit| known.get(&unit.symbol).is_none_or(|known| !known.has_the_sites_of(unit));
    let mut needed: Vec<bool> = units.iter().map(is_new).collect();
    loop {
        let is_needed =
            |name: &String| units.iter().zip(&needed).any(|(unit, needed)| *needed && unit.symbol == *name);
        let caller = (0..units.len()).find(|at| !needed[*at] && units[*at].imports.iter().any(is_needed));
        match caller {
            Some(caller) => needed[caller] = true,
            None => return needed,
        }
    }
}

/// Makes the classes known that a unit raises.
fn register_classes(unit: &Unit) -> Result<(), Failure> {
    for class in unit.sites.iter().filter_map(|site| site.class.as_ref()) {
        if let Err(other) = hotloop_runtime::register_class(class) {
            let message =
                format!("the exception class `{class}` cannot be told from `{other}`: rename one of them");
            return Err(Failure::Internal(message));
        }
    }
    Ok(())
}

/// Loads units together; they may call each other and the functions of `known`. Gives them in the order of the units.
fn link(units: Vec<Unit>, known: &BySymbol, hosts: &Hosts) -> Result<Vec<Arc<Compiled>>, Failure> {
    units.iter().try_for_each(register_classes)?;
    let images = load_all(&units, known, hosts)?;
    let is_here = |name: &&String| units.iter().any(|unit| unit.symbol == **name);
    let imported = units.iter().flat_map(|unit| &unit.imports).filter(|name| !is_here(name));
    let callees = imported.filter_map(|name| known.get(name));
    let mut callee_groups: Vec<Arc<Group>> = Vec::new();
    for callee in callees {
        if !callee_groups.iter().any(|group| Arc::ptr_eq(group, &callee.group)) {
            callee_groups.push(Arc::clone(&callee.group));
        }
    }
    let entry =
        |(unit, loaded): (&Unit, &Loaded)| Ok((entry_of(&unit.symbol, loaded)?, resume_of(unit, loaded)?));
    let entries: Vec<(HostEntry, Option<HostEntry>)> =
        units.iter().zip(&images).map(entry).collect::<Result<_, Failure>>()?;
    let calls_host =
        images.iter().any(|image| image.calls_host) || callee_groups.iter().any(|group| group.calls_host);
    let group = Arc::new(Group { images, callees: callee_groups, calls_host });
    let compiled = units.into_iter().zip(entries).map(|(unit, (entry, resume))| {
        Arc::new(Compiled {
            symbol: unit.symbol,
            signature: unit.signature,
            entry,
            resume,
            group: Arc::clone(&group),
        })
    });
    Ok(compiled.collect())
}

fn load_all(units: &[Unit], known: &BySymbol, hosts: &Hosts) -> Result<Vec<Loaded>, Failure> {
    let internal = |error: hotloop_loader::LoadError| Failure::Internal(error.to_string());
    let placed: Vec<Placed<'_>> = units
        .iter()
        .map(|unit| hotloop_loader::place(&unit.object))
        .collect::<Result<_, _>>()
        .map_err(internal)?;
    let addresses: FxHashMap<String, usize> = units
        .iter()
        .zip(&placed)
        .flat_map(|(unit, placed)| {
            let symbols = [unit.symbol.clone(), GeneratorType::resume_symbol(&unit.symbol)];
            symbols.map(|symbol| placed.symbol(&symbol).map(|address| (symbol, address as usize)))
        })
        .flatten()
        .collect();
    let mut images = Vec::with_capacity(units.len());
    for (unit, placed) in units.iter().zip(placed) {
        let sites = Box::new(SiteTable::new(unit.sites.clone()));
        let calls_host = Cell::new(false);
        let resolver = |name: &str| {
            resolve(name, &sites, &addresses, known).or_else(|| {
                let address = hosts.resolve(name)?;
                calls_host.set(true);
                Some(address)
            })
        };
        let image = placed.link(&resolver).map_err(internal)?;
        let (places, calls_host) = (unit.places.clone(), calls_host.get());
        images.push(Loaded { image, sites, places, calls_host });
    }
    Ok(images)
}

fn resolve(
    name: &str,
    table: &SiteTable,
    addresses: &FxHashMap<String, usize>,
    known: &BySymbol,
) -> Option<*const u8> {
    if name == "hl_self" {
        return Some(std::ptr::from_ref(table).cast());
    }
    let here = addresses.get(name).map(|address| *address as *const u8);
    here.or_else(|| {
        known.get(GeneratorType::specialisation_of(name)).and_then(|compiled| compiled.address_of(name))
    })
    .or_else(|| hotloop_runtime::resolve(name))
}

/// What goes on with the generators that a function makes, if it makes any.
fn resume_of(unit: &Unit, loaded: &Loaded) -> Result<Option<HostEntry>, Failure> {
    match &unit.signature.result {
        Some(Type::Generator(generator)) if *generator.symbol == *unit.symbol => {
            entry_of(&GeneratorType::resume_symbol(&unit.symbol), loaded).map(Some)
        }
        _ => Ok(None),
    }
}

fn entry_of(symbol: &str, loaded: &Loaded) -> Result<HostEntry, Failure> {
    let address = loaded
        .image
        .symbol(&format!("{symbol}{ENTRY_SUFFIX}"))
        .ok_or_else(|| Failure::Internal(format!("`{symbol}` has no entry")))?;
    // SAFETY: code generation puts a `HostEntry` at that symbol, and the image lives as long as the group that holds it.
    Ok(unsafe { std::mem::transmute::<*const u8, HostEntry>(address) })
}
