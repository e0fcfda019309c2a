//! The server of `cargo book serve`, asked over a raw socket.

mod fixture;

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, Ipv6Addr, TcpListener, TcpStream};
use std::process::{Child, Stdio};
use std::time::Duration;

use fixture::{Fixture, complaint};

/// A server that is stopped when dropped.
struct Server {
    child: Child,
    port: u16,
    said: BufReader<std::process::ChildStderr>,
}

impl Server {
    fn start(fixture: &Fixture) -> Self {
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
            .expect("a port")
            .local_addr()
            .expect("an address")
            .port();
        let mut tool = fixture.tool(&["serve", "--no-open", "--port", &port.to_string()]);
        let mut child = tool.stderr(Stdio::piped()).spawn().expect("started");
        let said = BufReader::new(child.stderr.take().expect("a pipe"));
        let mut server = Self { child, port, said };
        server.wait_for("reading at http://127.0.0.1:");
        server
    }

    /// Reads what the server says until it says `words`.
    fn wait_for(&mut self, words: &str) -> String {
        let mut all = String::new();
        while !all.contains(words) {
            let read = self.said.read_line(&mut all).expect("read");
            assert!(read > 0, "the server ended without `{words}`:\n{all}");
        }
        all
    }

    fn connect(&self, request: &str) -> TcpStream {
        let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)).expect("connected");
        stream
            .set_read_timeout(Some(Duration::from_secs(20)))
            .expect("set");
        write!(
            stream,
            "GET {request} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
        )
        .expect("asked");
        stream
    }

    /// The stream of events, from its first one on.
    fn events(&self) -> BufReader<TcpStream> {
        let mut events = BufReader::new(self.connect("/--events"));
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            assert!(events.read_line(&mut head).expect("read") > 0, "{head}");
        }
        assert!(head.contains("text/event-stream"), "{head}");
        events
    }

    /// Status line with headers, and body.
    fn get(&self, path: &str) -> (String, String) {
        let mut answer = Vec::new();
        self.connect(path)
            .read_to_end(&mut answer)
            .expect("answered");
        let answer = String::from_utf8_lossy(&answer).into_owned();
        let (head, body) = answer.split_once("\r\n\r\n").expect("a head and a body");
        (head.to_owned(), body.to_owned())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn the_documentation_of_the_crates_is_served_once_it_is_there() {
    let fixture = Fixture::new();
    let server = Server::start(&fixture);
    let begun = std::time::Instant::now();
    let answer = loop {
        let mut answer = String::new();
        let mut stream = server.connect("/api/bn_core/fn.mean.html");
        stream.read_to_string(&mut answer).expect("read");
        if answer.starts_with("HTTP/1.1 200") {
            break answer;
        }
        assert!(begun.elapsed() < Duration::from_secs(120), "{answer}");
        std::thread::sleep(Duration::from_millis(100));
    };
    assert!(
        answer.contains("href=\"../../01-mean.html#eq-mean\""),
        "{answer}"
    );
}

#[test]
fn it_serves_the_site_and_only_the_site_and_reloads_pages() {
    let fixture = Fixture::new();
    fixture.write("target/book/secret.txt", "secret");
    let mut server = Server::start(&fixture);

    for path in [
        "/",
        "/index.html",
        "/01-mean.html?x=1",
        "//01-mean.html",
        "/./01-mean.html",
    ] {
        let (head, body) = server.get(path);
        assert!(head.starts_with("HTTP/1.1 200"), "{path}: {head}");
        assert!(head.contains("text/html"), "{path}: {head}");
        assert!(
            body.contains("Figure 1.1.") && body.contains("/--events"),
            "{path}"
        );
    }
    assert!(
        !fixture
            .read("target/book/html/index.html")
            .contains("/--events")
    );
    let (head, _) = server.get("/assets/katex/katex.min.css");
    assert!(
        head.starts_with("HTTP/1.1 200") && head.contains("text/css"),
        "{head}"
    );

    for path in [
        "/missing.html",
        "/../secret.txt",
        "/../../Cargo.toml",
        "/../../../Cargo.toml",
        "/%2e%2e/secret.txt",
        "/..%2fsecret.txt",
        "/assets/../../secret.txt",
        "/..\\secret.txt",
        "/missing%20page",
        "/c:/secret.txt",
        "//etc/passwd",
        "/01-mean.html/x",
    ] {
        let (head, body) = server.get(path);
        assert!(head.starts_with("HTTP/1.1 404"), "{path}: {head}");
        assert!(
            !body.contains("secret") && !body.contains("[workspace]") && !body.contains("root:"),
            "{path}"
        );
    }

    // Only this machine: another of its own addresses does not answer.
    let elsewhere = TcpStream::connect((Ipv6Addr::LOCALHOST, server.port));
    assert!(elsewhere.is_err(), "it listens at ::1 too");
    #[cfg(target_os = "linux")]
    assert!(
        TcpStream::connect((Ipv4Addr::new(127, 0, 0, 2), server.port)).is_err(),
        "it listens at all addresses"
    );

    let mut events = server.events();
    // A build can come between the two halves of a write: what it says is not the last word.
    let mut told = |words: &str| {
        let mut line = String::new();
        while !(line.starts_with("data: ") && line.contains(words)) {
            line.clear();
            assert!(
                events.read_line(&mut line).expect("an event") > 0,
                "no `{words}`"
            );
        }
        line
    };

    // A chapter that breaks is told, and the pages stay; mended, they come anew.
    fixture.replace("book/references.md", "# References", "# Refer$nces");
    assert!(told("a stray `$`").contains("book/references.md:1"));
    server.wait_for("the pages show the last good build");
    assert!(server.get("/references.html").1.contains(">References<"));
    fixture.replace("book/references.md", "# Refer$nces", "# Sources");
    told("null");
    server.wait_for("rebuilt in");
    assert!(server.get("/references.html").1.contains(">Sources<"));
}

#[test]
fn a_port_in_use_is_told_before_anything_is_built() {
    let fixture = Fixture::new();
    let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
    let port = taken.local_addr().expect("an address").port();
    let mut tool = fixture.tool(&["serve", "--no-open", "--port", &port.to_string()]);
    let said = complaint(&tool.output().expect("ran"));
    assert!(
        said.contains(&format!("cannot serve at 127.0.0.1:{port}")),
        "{said}"
    );
    assert!(said.contains("cargo book serve --port"), "{said}");
    assert!(!fixture.path("target/book/html").exists());
}

#[test]
fn what_a_build_reads_is_no_reason_for_the_next() {
    let fixture = Fixture::new();
    let server = Server::start(&fixture);
    let mut events = server.events();
    fixture.append("book/references.md", "\nMore.\n");
    let mut line = String::new();
    while line != "data: null\n" {
        line.clear();
        assert!(events.read_line(&mut line).expect("an event") > 0);
    }
    let quiet = Duration::from_secs(2);
    events.get_ref().set_read_timeout(Some(quiet)).expect("set");
    line.clear();
    // The blank line that ends the event, and then nothing.
    let mut said = String::new();
    while events.read_line(&mut said).is_ok_and(|read| read > 0) {}
    assert!(!said.contains("data: "), "built again: {said}");
}
