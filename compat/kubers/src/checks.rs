//! Counts and prints what was checked, as compat/run reads it.

use std::sync::atomic::{AtomicU32, Ordering};

static PASSED: AtomicU32 = AtomicU32::new(0);
static FAILED: AtomicU32 = AtomicU32::new(0);

/// Prints `ok` or `FAIL` with the text; `problem` is what is wrong, empty if nothing.
pub fn check(text: &str, problem: &str) {
    if problem.is_empty() {
        PASSED.fetch_add(1, Ordering::Relaxed);
        println!("ok   {text}");
    } else {
        FAILED.fetch_add(1, Ordering::Relaxed);
        println!("FAIL {text}: {problem}");
    }
}

pub fn check_equal<T: PartialEq + std::fmt::Debug>(text: &str, wanted: T, got: T) {
    let problem = if wanted == got {
        String::new()
    } else {
        format!("wanted {wanted:?}, got {got:?}")
    };
    check(text, &problem);
}

/// A step that must not fail, and returns what is wrong.
pub fn check_step(text: &str, outcome: Result<String, Box<dyn std::error::Error>>) {
    match outcome {
        Ok(problem) => check(text, &problem),
        Err(e) => check(text, &format!("{e:?}")),
    }
}

/// Prints the sums; returns the exit code.
pub fn end() -> i32 {
    let failed = FAILED.load(Ordering::Relaxed);
    println!("{} passed, {failed} failed", PASSED.load(Ordering::Relaxed));
    i32::from(failed > 0)
}
