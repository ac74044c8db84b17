//! A cable between gateways and the service that can be cut.

use std::{
    collections::{HashMap, hash_map::Entry},
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use tokio::{
    net::UdpSocket,
    task::{JoinHandle, JoinSet},
};

/// Longest datagram.
const MOST: usize = 65_536;

/// Passes datagrams on, each sender by a socket of its own, and answers back; nothing while it is cut.
#[derive(Debug)]
pub struct UdpRelay {
    port: u16,
    cut: Arc<AtomicBool>,
    task: JoinHandle<()>,
}

impl UdpRelay {
    /// One before the service at this port.
    ///
    /// # Panics
    /// If there is no socket.
    pub async fn before(service: u16) -> Self {
        let socket = Arc::new(UdpSocket::bind("127.0.0.1:0").await.expect("a socket"));
        let port = socket.local_addr().expect("an address").port();
        let cut = Arc::new(AtomicBool::new(false));
        let task = tokio::spawn(pass(socket, service, Arc::clone(&cut)));
        Self { port, cut, task }
    }

    /// Where gateways send to.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Nothing passes any more.
    pub fn cut(&self) {
        self.cut.store(true, Ordering::SeqCst);
    }

    /// It passes again.
    pub fn mend(&self) {
        self.cut.store(false, Ordering::SeqCst);
    }
}

impl Drop for UdpRelay {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn pass(socket: Arc<UdpSocket>, service: u16, cut: Arc<AtomicBool>) {
    let mut upstream: HashMap<SocketAddr, Arc<UdpSocket>> = HashMap::new();
    let (mut answers, mut buffer) = (JoinSet::new(), vec![0; MOST]);
    loop {
        // a service that is killed makes the kernel say so here; the gateways go on
        let Ok((length, sender)) = socket.recv_from(&mut buffer).await else { continue };
        if cut.load(Ordering::SeqCst) {
            continue;
        }
        let own = match upstream.entry(sender) {
            Entry::Occupied(known) => Arc::clone(known.get()),
            Entry::Vacant(new) => {
                let own = Arc::new(UdpSocket::bind("127.0.0.1:0").await.expect("a socket"));
                own.connect(("127.0.0.1", service)).await.expect("an address");
                answers.spawn(back(Arc::clone(&own), Arc::clone(&socket), sender, Arc::clone(&cut)));
                Arc::clone(new.insert(own))
            }
        };
        own.send(&buffer[..length]).await.ok();
    }
}

async fn back(own: Arc<UdpSocket>, socket: Arc<UdpSocket>, sender: SocketAddr, cut: Arc<AtomicBool>) {
    let mut buffer = vec![0; MOST];
    loop {
        match own.recv(&mut buffer).await {
            Ok(length) if !cut.load(Ordering::SeqCst) => drop(socket.send_to(&buffer[..length], sender).await),
            Ok(_) => {}
            Err(_) => tokio::time::sleep(std::time::Duration::from_millis(100)).await,
        }
    }
}
