//! The search index: words of any script and names in code are in it, the innards of formulas are not.

use bn_book::search;
use mdbook_driver::config::Search;

const PAGE: &str = r##"<html><body><nav>menu</nav><main><h1 id="top">Shift</h1><p>공변량 이동은 <code>BatchNorm::params(2)</code>,
<span class="katex"><span class="katex-mathml"><math><semantics><mi>μ</mi><annotation encoding="application/x-tex">\mu_B</annotation></semantics></math></span><span class="katex-html" aria-hidden="true">zzz</span></span>.</p>
<h2 id="part">Part</h2><div class="equation" id="eq-batch-mean"></div><details class="equation-code"><pre><code>listing</code></pre></details></main></body></html>"##;

fn index() -> String {
    let pages = [("01-a.html", PAGE)];
    search::index(pages.into_iter(), &Search::default()).expect("an index")
}

/// Whether the inverted index leads a word to a document, letter by letter.
fn finds(index: &str, word: &str) -> bool {
    let start = index.find("JSON.parse('").expect("JSON") + "JSON.parse('".len();
    let json = index[start..].trim_end_matches("'));");
    let json = json.replace("\\'", "'").replace("\\\\", "\\");
    let file: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    let root = &file["index"]["index"]["body"]["root"];
    let end = word
        .chars()
        .fold(root, |node, letter| &node[letter.to_string()]);
    end["df"].as_u64().is_some_and(|documents| documents > 0)
}

#[test]
fn words_of_any_script_names_in_code_and_names_of_equations_are_found() {
    let index = index();
    for word in ["공변량", "이동은", "batchnorm", "mu_b", "batch", "mean"] {
        assert!(finds(&index, word), "{word} is not found");
    }
    assert!(index.contains("01-a.html#part"));
}

#[test]
fn menus_innards_of_formulas_and_listings_are_not_found() {
    let index = index();
    for word in ["menu", "zzz", "μ", "annot", "list"] {
        assert!(!finds(&index, word), "{word} is found");
    }
}
