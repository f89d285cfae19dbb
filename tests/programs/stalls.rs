// SPDX-License-Identifier: MIT
// Threads that wait in Rust: for a condition below six calls, for a channel, and asleep.
use std::sync::{mpsc, Arc, Condvar, Mutex};
use std::thread;
use std::time::Duration;

struct Shelf<T> {
    items: Mutex<Vec<T>>,
    filled: Condvar,
}

impl<T: Clone> Shelf<T> {
    #[inline(never)]
    fn take(&self) -> T {
        let mut items = self.items.lock().unwrap();
        while items.is_empty() {
            items = self.filled.wait(items).unwrap();
        }
        items.pop().unwrap()
    }
}

trait Wait {
    fn wait_long(&self);
}

struct Order(mpsc::Receiver<u8>);

impl Wait for Order {
    #[inline(never)]
    fn wait_long(&self) {
        let _ = self.0.recv();
    }
}

#[inline(never)]
fn descend(depth: u32, last: &dyn Fn()) {
    if depth == 0 {
        last();
    } else {
        descend(depth - 1, last);
    }
    std::hint::black_box(depth);
}

fn main() {
    let shelf = Arc::new(Shelf::<String> { items: Mutex::new(vec![]), filled: Condvar::new() });
    let mut kept = vec![];
    for _ in 0..4 {
        let mine = shelf.clone();
        thread::spawn(move || descend(5, &|| drop(std::hint::black_box(mine.take()))));
        let (send, receive) = mpsc::channel();
        kept.push(send);
        thread::spawn(move || Order(receive).wait_long());
        thread::spawn(|| loop {
            thread::sleep(Duration::from_secs(3600))
        });
    }
    thread::sleep(Duration::from_millis(200));
    println!("ready");
    loop {
        thread::park();
    }
}
