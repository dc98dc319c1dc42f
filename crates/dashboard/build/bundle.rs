//! Makes one script of JavaScript modules, without changing a line of what they do.
//!
//! Each module becomes a function that is called once, in the order of their imports. This understands what our modules
//! use of the syntax, and refuses the rest: `import { a, b as c } from "./d.js";` before anything else, and `export` in
//! front of a function, a class or a `const`. Cycles are refused too, so a binding that is imported never changes.

use std::collections::BTreeMap;
use std::fmt::Write as _;

/// The modules that are named, not addressed: their name, file and kind.
const LIBRARIES: [(&str, &str, Kind); 4] = [
    ("preact", "vendor/preact/preact.mjs", Kind::Minified),
    ("preact/hooks", "vendor/preact/hooks.mjs", Kind::Minified),
    ("htm", "vendor/htm/htm.mjs", Kind::Minified),
    ("uplot", "vendor/uplot/uPlot.iife.min.js", Kind::Global("uPlot")),
];

/// How a module says what it exports.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// One of ours: `export` begins lines.
    Own,
    /// A module that ends with its exports.
    Minified,
    /// A script that makes a variable of this name.
    Global(&'static str),
}

/// Patterns that take what is imported apart, with the module that each is about.
type Imports = Vec<(String, String)>;

/// A module in parts.
struct Module {
    imports: Imports,
    body: String,
    /// The members of the object that the module is for others.
    exports: Vec<String>,
}

/// All that `entry` imports, and `entry` itself, as one script. `read` gives the text of a file.
pub(crate) fn bundle(entry: &str, read: &dyn Fn(&str) -> Result<String, String>) -> Result<String, String> {
    let mut linker = Linker { read, numbers: BTreeMap::new(), script: String::new() };
    linker.link(entry, Kind::Own)?;
    Ok(linker.script)
}

struct Linker<'a> {
    read: &'a dyn Fn(&str) -> Result<String, String>,
    /// The place of each module in the script; `None` while those that it imports are linked.
    numbers: BTreeMap<String, Option<usize>>,
    script: String,
}

impl Linker<'_> {
    fn link(&mut self, path: &str, kind: Kind) -> Result<usize, String> {
        match self.numbers.get(path) {
            Some(Some(number)) => return Ok(*number),
            Some(None) => return Err(format!("{path} imports itself through others")),
            None => self.numbers.insert(path.to_owned(), None),
        };
        let module = parse(&(self.read)(path)?, kind).map_err(|error| format!("{path}: {error}"))?;
        let mut imports = String::new();
        for (pattern, target) in &module.imports {
            let (target, kind) = resolve(path, target)?;
            let from = self.link(&target, kind)?;
            let _ = writeln!(imports, "const {pattern} = $module{from};");
        }
        let number = self.numbers.values().flatten().count();
        self.numbers.insert(path.to_owned(), Some(number));
        let _ = writeln!(
            self.script,
            "// {path}\nconst $module{number} = (() => {{\n{imports}{}\nreturn {{ {} }};\n}})();",
            module.body.trim(),
            module.exports.join(", "),
        );
        Ok(number)
    }
}

/// The file that an import means, and its kind.
fn resolve(importer: &str, target: &str) -> Result<(String, Kind), String> {
    if let Some((_, file, kind)) = LIBRARIES.iter().find(|(name, ..)| *name == target) {
        return Ok(((*file).to_owned(), *kind));
    }
    if !target.starts_with("./") && !target.starts_with("../") {
        return Err(format!("{importer}: there is no library {target}"));
    }
    let mut parts: Vec<&str> = importer.split('/').collect();
    parts.pop();
    for part in target.split('/') {
        match part {
            "." => {}
            ".." => {
                parts.pop().ok_or_else(|| format!("{importer}: {target} is outside"))?;
            }
            name => parts.push(name),
        }
    }
    Ok((parts.join("/"), Kind::Own))
}

fn parse(text: &str, kind: Kind) -> Result<Module, String> {
    let text = text.split("//# sourceMappingURL=").next().unwrap_or_default();
    if let Kind::Global(name) = kind {
        return Ok(Module {
            imports: Vec::new(),
            body: text.to_owned(),
            exports: vec![format!("default: {name}")],
        });
    }
    let (imports, rest) = parse_imports(text)?;
    let (body, exports) = match kind {
        Kind::Minified => minified_exports(rest)?,
        _ => own_exports(rest)?,
    };
    Ok(Module { imports, body, exports })
}

/// The imports, and what comes after them.
fn parse_imports(text: &str) -> Result<(Imports, &str), String> {
    let mut imports = Vec::new();
    let mut rest = text.trim_start();
    // Comments may stand before imports.
    while rest.starts_with("//") {
        rest = rest.split_once('\n').map_or("", |(_, after)| after).trim_start();
    }
    while let Some(after) = rest.strip_prefix("import") {
        let (statement, after) = after.split_once(';').ok_or("an import without a semicolon")?;
        let (names, target) = statement.split_once("from").ok_or("an import without from")?;
        let names = names.trim();
        let pattern = match names.strip_prefix('{').and_then(|names| names.strip_suffix('}')) {
            Some(names) => format!("{{ {} }}", members(names, ": ").join(", ")),
            None => format!("{{ default: {names} }}"),
        };
        let target = target.trim().trim_matches('"');
        imports.push((pattern, target.to_owned()));
        rest = after.trim_start();
    }
    Ok((imports, rest))
}

/// The parts of `a, b as c`, with `as` replaced.
fn members(list: &str, replacement: &str) -> Vec<String> {
    list.split(',')
        .map(str::trim)
        .filter(|name| !name.is_empty())
        .map(|name| name.replace(" as ", replacement))
        .collect()
}

/// `export{a as b};` or `export default a` at the end.
fn minified_exports(text: &str) -> Result<(String, Vec<String>), String> {
    let (body, end) = text.rsplit_once("export").ok_or("exports nothing")?;
    if let Some(value) = end.strip_prefix(" default ") {
        return Ok((format!("{body}const $default = {value}"), vec!["default: $default".to_owned()]));
    }
    let list = end.trim().trim_end_matches(';');
    let list = list
        .strip_prefix('{')
        .and_then(|list| list.strip_suffix('}'))
        .ok_or("does not end with its exports")?;
    let exports = list.split(',').map(|member| match member.trim().split_once(" as ") {
        Some((name, exported)) => format!("{exported}: {name}"),
        None => member.trim().to_owned(),
    });
    Ok((body.to_owned(), exports.collect()))
}

fn own_exports(text: &str) -> Result<(String, Vec<String>), String> {
    const DECLARATIONS: [&str; 4] = ["async function ", "function ", "class ", "const "];
    let mut body = String::new();
    let mut exports = Vec::new();
    for line in text.lines() {
        if line.starts_with("import") {
            return Err(format!("imports come first: {line}"));
        }
        let line = match line.strip_prefix("export ") {
            None => line,
            Some(declaration) => {
                let name = DECLARATIONS.iter().find_map(|start| declaration.strip_prefix(start));
                let name = name.ok_or_else(|| format!("exports what is not understood: {line}"))?;
                let end = name.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(name.len());
                exports.push(name[..end].to_owned());
                declaration
            }
        };
        body.push_str(line);
        body.push('\n');
    }
    Ok((body, exports))
}
