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
    // Whether some replica would take this page: 204 yes, 401 not without a new sign-in, else not now.
    window.ccm.askCircuit = () => fetch("/account/circuit", { cache: "no-store" }).then(answer => answer.status, () => 0);
    // The replica is about to stop: the page takes its state along and goes on wherever the balancer leads it.
    // Not before it has its answer, which would find no connection any more.
    window.ccm.moveOn = () => { setTimeout(move); };
    const move = async () => {
        await Blazor.pauseCircuit().catch(() => false);
        while (true) {
            // Asked first, since an attempt to resume uses the state up even if nobody answers.
            const status = await ccm.askCircuit();
            if (status === 204 || status === 401) {
                // False: there is no such state any more. The address says what to show.
                if (status === 401 || !await Blazor.resumeCircuit().catch(() => false)) location.reload();
                return;
            }
            await wait(250);
        }
    };
    // A page whose first connection failed takes no click and does not try again by itself.
    setTimeout(() => { if (document.querySelector("main[inert]")) location.reload(); }, 20000);
})();
