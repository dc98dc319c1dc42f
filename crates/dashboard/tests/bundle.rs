//! What the build script makes of modules.

#[path = "../build/bundle.rs"]
mod bundle;

/// Bundles `app.js` of these files.
fn bundle(files: &[(&str, &str)]) -> Result<String, String> {
    bundle::bundle("app.js", &|path| {
        let found = files.iter().find(|(name, _)| *name == path);
        found.map(|(_, text)| (*text).to_owned()).ok_or_else(|| format!("{path} is not there"))
    })
}

#[test]
fn modules_stand_in_the_order_of_their_imports() {
    let script = bundle(&[
        ("app.js", "// Begins.\nimport { b, c as d } from \"./parts/b.js\";\nimport lone from \"uplot\";\n\nb(d, lone);\n"),
        ("parts/b.js", "import { a } from \"../a.js\";\nexport function b() {\n  return a;\n}\nexport const c = 1;\n"),
        ("a.js", "const hidden = 1;\nexport const a = hidden;\nexport async function f() {}\nexport class K {}\n"),
        ("vendor/uplot/uPlot.iife.min.js", "var uPlot=function(){}();\n//# sourceMappingURL=x.map"),
    ])
    .unwrap();
    let expected = "\
// a.js
const $module0 = (() => {
const hidden = 1;
const a = hidden;
async function f() {}
class K {}
return { a, f, K };
})();
// parts/b.js
const $module1 = (() => {
const { a } = $module0;
function b() {
  return a;
}
const c = 1;
return { b, c };
})();
// vendor/uplot/uPlot.iife.min.js
const $module2 = (() => {
var uPlot=function(){}();
return { default: uPlot };
})();
// app.js
const $module3 = (() => {
const { b, c: d } = $module1;
const { default: lone } = $module2;
b(d, lone);
return {  };
})();
";
    assert_eq!(script, expected);
}

#[test]
fn libraries_end_with_their_exports() {
    let script = bundle(&[
        ("app.js", "import { h } from \"preact\";\nimport htm from \"htm\";\nhtm(h);"),
        (
            "vendor/preact/preact.mjs",
            "var n,t;function x(){}export{x as h,t,n as options};\n//# sourceMappingURL=p.map\n",
        ),
        ("vendor/htm/htm.mjs", "const t=new Map;export default function(n){return n}"),
    ])
    .unwrap();
    assert!(script.contains("var n,t;function x(){}\nreturn { h: x, t, options: n };"), "{script}");
    assert!(
        script.contains("const $default = function(n){return n}\nreturn { default: $default };"),
        "{script}"
    );
    assert!(!script.contains("sourceMappingURL"));
}

#[test]
fn what_is_not_understood_is_refused() {
    let refused =
        |text: &str| bundle(&[("app.js", text), ("a.js", "import { x } from \"./app.js\";")]).unwrap_err();
    for (text, error) in [
        ("import { x } from \"./a.js\";", "app.js imports itself through others"),
        ("import { x } from \"./gone.js\";", "gone.js is not there"),
        ("import { x } from \"../outside.js\";", "app.js: ../outside.js is outside"),
        ("import { x } from \"left-pad\";", "app.js: there is no library left-pad"),
        ("import \"./a.js\";", "app.js: an import without from"),
        ("f();\nimport { x } from \"./a.js\";", "app.js: imports come first: import { x } from \"./a.js\";"),
        ("export let x = 1;", "app.js: exports what is not understood: export let x = 1;"),
        ("export default 1;", "app.js: exports what is not understood: export default 1;"),
    ] {
        assert_eq!(refused(text), error);
    }
}
