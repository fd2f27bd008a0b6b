// How a page comes to its circuit and stays with one, whichever replica is alive.
(() => {
    const wait = time => new Promise(done => setTimeout(done, time));
    // WebSockets only, without negotiation: behind a balancer the two requests of a negotiation may meet two replicas.
    Blazor.start({
        circuit: {
            configureSignalR: builder => builder.withUrl("_blazor", { skipNegotiation: true, transport: 1 }),
            // For ever: nobody has to click for the page to come back.
            reconnectionOptions: { maxRetries: undefined, retryIntervalMilliseconds: attempt => Math.min(attempt * 250, 3000) },
        },
    });
    // The replica is about to stop: the page gives its state to the store and goes on wherever the balancer leads it.
    window.ccm.moveOn = () => { move(); };
    const move = async () => {
        await Blazor.pauseCircuit().catch(() => false);
        while (true) {
            try {
                // False: the state is gone, or could not be kept. The address says what to show.
                if (!await Blazor.resumeCircuit()) location.reload();
                return;
            } catch {
                await wait(250);
            }
        }
    };
    // A page whose first connection failed takes no click and does not try again by itself.
    setTimeout(() => { if (document.querySelector("main[inert]")) location.reload(); }, 20000);
})();
