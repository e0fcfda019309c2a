//! `cargo book`: the one door to the book.

use std::process::ExitCode;

use anyhow::Result;
use clap::{ArgGroup, Parser, Subcommand};

use bn_book::book::Book;
use bn_book::kernel::{self, Which};
use bn_book::warm::Warm;
use bn_book::{bench, browser, claims, epub, lab, preprocess, serve, site, suite};

/// Why Batch Norm Works: read it, run it, test it.
#[derive(Parser)]
#[command(
    name = "cargo book",
    bin_name = "cargo book",
    disable_help_subcommand = true
)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Build the book, serve it, and rebuild it on change
    Serve {
        /// Port to serve at
        #[arg(long, default_value_t = 3000)]
        port: u16,
        /// Address to serve at
        #[arg(long, default_value = "127.0.0.1")]
        address: String,
        /// Do not open a browser
        #[arg(long)]
        no_open: bool,
    },
    /// Build the site in target/book/html/ and check every link
    Build,
    /// Write the whole book as target/why-batch-norm-works.pdf
    Pdf,
    /// Write the whole book as target/why-batch-norm-works.epub
    Epub,
    /// Test everything: code, chapters, notebooks, pages
    Test,
    /// Open JupyterLab with the book's kernel and notebooks
    Lab {
        /// Chapter to open, by number or name
        chapter: Option<String>,
        /// Port to serve at
        #[arg(long, default_value_t = 8888)]
        port: u16,
        /// Address to serve at
        #[arg(long, default_value = "127.0.0.1")]
        address: String,
        /// Do not open a browser
        #[arg(long)]
        no_open: bool,
    },
    /// Prepare the kernel of the notebooks, and print the folder to give Jupyter as JUPYTER_PATH
    Kernel,
    /// Run the notebooks that are stale
    Run {
        /// Chapters, by number or name; all of them if none is given
        chapters: Vec<String>,
        /// Only say which are stale; with --all, run them and write nothing
        #[arg(long)]
        check: bool,
        /// Run them even if they are not stale
        #[arg(long)]
        all: bool,
    },
    /// Measure how fast layers, networks and notebooks are
    #[command(group(ArgGroup::new("beside").args(["peers", "notebooks"])))]
    Bench {
        /// Measure only what contains this, such as "training [32, 64]"; of notebooks, one chapter
        filter: Option<String>,
        /// The notebooks beside PyTorch and matplotlib doing the same work
        #[arg(long, conflicts_with = "json")]
        notebooks: bool,
        /// Beside PyTorch, candle and burn, which are installed first
        #[arg(long)]
        peers: bool,
        /// Print JSON
        #[arg(long)]
        json: bool,
        /// Keep all figures, for the performance page
        #[arg(long, requires = "beside", conflicts_with = "filter")]
        record: bool,
    },
    /// List every equation with its code, its tests and its cells
    Equations {
        /// As JSON
        #[arg(long)]
        json: bool,
    },
    /// Put the claims on trial and print the scoreboard; --help says how
    #[command(disable_help_flag = true)]
    Claims {
        /// For the program that knows the claims
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        asked: Vec<std::ffi::OsString>,
    },
    /// Called by mdBook: turn chapters into pages
    #[command(hide = true)]
    Preprocess {
        #[command(subcommand)]
        question: Option<Question>,
    },
}

#[derive(Subcommand)]
enum Question {
    /// Whether pages can be written for a renderer
    Supports {
        /// mdBook's name of the renderer
        renderer: String,
    },
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match run(arguments.command) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command) -> Result<ExitCode> {
    if let Command::Preprocess { question } = command {
        match question {
            Some(Question::Supports { .. }) => {}
            None => preprocess::command(std::io::stdin(), std::io::stdout())?,
        }
        return Ok(ExitCode::SUCCESS);
    }
    let root = Book::find_root()?;
    if let Command::Claims { asked } = command {
        let status = claims::run(&root, &asked)?;
        let code = status.code().and_then(|code| u8::try_from(code).ok());
        return Ok(code.map_or(ExitCode::FAILURE, ExitCode::from));
    }
    match command {
        Command::Serve {
            port,
            address,
            no_open,
        } => serve::serve(&root, &address, port, !no_open),
        Command::Build => {
            let folder = site::build(&root)?;
            println!("{}", folder.join("index.html").display());
            Ok(())
        }
        Command::Pdf => {
            let file = browser::pdf(&root, &site::pages(&root)?)?;
            println!("{}", file.display());
            Ok(())
        }
        Command::Epub => {
            let file = epub::write(&root, &site::pages(&root)?)?;
            println!("{}", file.display());
            Ok(())
        }
        Command::Test => suite::run(&root),
        Command::Lab {
            chapter,
            port,
            address,
            no_open,
        } => lab::open(&root, chapter.as_deref(), &address, port, !no_open),
        Command::Run {
            chapters,
            check: true,
            all,
        } => {
            kernel::check(&root, &chapters)?;
            if all {
                kernel::verify(&root, &chapters)
            } else {
                Ok(())
            }
        }
        Command::Kernel => {
            println!("{}", Warm::prepare(&root)?.jupyter().display());
            Ok(())
        }
        Command::Run { chapters, all, .. } => kernel::run(
            &root,
            &chapters,
            if all { Which::All } else { Which::Stale },
        ),
        Command::Bench {
            filter,
            notebooks: true,
            record,
            ..
        } => bench::notebooks(&root, filter.as_deref(), record),
        Command::Bench {
            filter,
            notebooks: false,
            peers,
            json,
            record,
        } => bench::run(&root, filter.as_deref(), peers, json, record),
        Command::Equations { json } => equations(&root, json),
        Command::Claims { .. } | Command::Preprocess { .. } => Ok(()),
    }?;
    Ok(ExitCode::SUCCESS)
}

fn equations(root: &std::path::Path, json: bool) -> Result<()> {
    let book = Book::load(root)?;
    let mut equations: Vec<_> = book.equations.values().collect();
    equations.sort_by_key(|e| {
        (
            book.chapters.iter().position(|c| c.slug() == e.chapter),
            e.line,
        )
    });
    if json {
        println!("{}", serde_json::to_string_pretty(&equations)?);
        return Ok(());
    }
    for equation in equations {
        println!(
            "({}) {}: {}; {} tests, {} cells",
            equation.number,
            equation.label,
            equation.items.join(", "),
            equation.tests.len(),
            equation.cells.len()
        );
    }
    Ok(())
}
