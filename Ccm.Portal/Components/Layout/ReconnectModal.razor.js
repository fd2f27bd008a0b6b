// The page comes back by itself: it asks for its circuit until some replica answers, resumes it from the store where the replica
// is another, and else loads itself anew, filters and all. This only shows it, and sees to what a reconnection cannot tell.
const reconnectModal = document.getElementById("components-reconnect-modal");
reconnectModal.addEventListener("components-reconnect-state-changed", handleReconnectStateChanged);
document.getElementById("components-reconnect-button").addEventListener("click", () => location.reload());

function handleReconnectStateChanged(event) {
    const { state, currentAttempt } = event.detail;
    if ((state === "show" || state === "paused") && !reconnectModal.open) {
        reconnectModal.showModal();
    } else if (state === "hide") {
        reconnectModal.close();
    } else if (state === "retrying" && currentAttempt % 4 === 3) {
        reloadIfSignedOut();
    } else if (state === "rejected" || state === "failed" || state === "resume-failed") {
        location.reload();
    }
}

// A WebSocket that is refused for want of a session looks like one that nobody answers.
async function reloadIfSignedOut() {
    if (await ccm.askCircuit() === 401) {
        location.reload();
    }
}
