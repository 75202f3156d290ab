"""What is counted, for /metrics. No text, no names, no ids of people."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest


class Metrics:
    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._events: dict[tuple[str, str], Counter] = {}
        self.events = self._counter("events", "Events stored, each once.", "platform", "kind")
        self.repeats = self._counter(
            "event_repeats", "Deliveries of events that were stored before.", "platform"
        )
        self.failures = self._counter("event_failures", "Tries of a handler that failed.", "kind")
        self.sent = self._counter("actions_sent", "Actions that a platform accepted.", "platform")
        self.refused = self._counter(
            "actions_refused", "Actions that will never be taken.", "platform", "reason"
        )
        self.retried = self._counter("action_retries", "Tries that must be repeated.", "platform")
        self.uncertain = self._counter(
            "actions_possibly_repeated", "Actions that a platform may show twice.", "platform"
        )
        self.restarts = self._counter("adapter_restarts", "Clients that died and were rebuilt.", "platform")
        self.is_ready = self._gauge(
            "platform_ready", "1 while the platform is connected and answers.", "platform"
        )
        self.processes = self._gauge("processes", "Processes that share this database, this one included.")
        self.leases = self._gauge("leases_held", "What this process does alone, such as receiving.")
        self.adopted = self._counter("actions_adopted", "Actions of processes that died, sent by this one.")
        self.waiting_actions = self._gauge("actions_waiting", "Actions not yet accepted.", "platform")
        self.waiting_events = self._gauge("events_waiting", "Events by state: pending, set_aside.", "state")
        self.tickets = self._gauge("tickets", "Tickets by state.", "state")
        self.oldest_wait = self._gauge("oldest_wait_seconds", "How long the first in the queue waits.")
        self.offers = self._gauge(
            "article_offers", "Articles offered, by what the customer made of it.", "outcome"
        )
        self.unanswered = self._gauge("questions_unanswered", "Questions that nothing good was found for.")
        self.threshold = self._gauge("answer_threshold", "How sure an answer must be to be shown.")
        self.answers_asked = self._counter(
            "written_answers_asked", "Answers that the language model was asked for."
        )
        self.answers_written = self._counter(
            "written_answers", "Answers of the language model that held against the passages."
        )
        self.answers_failed = self._counter(
            "written_answers_failed",
            "Answers that were the passage itself instead, by what was wrong.",
            "reason",
        )
        self.answer_seconds = Histogram(
            "allhands_written_answer_seconds",
            "Time until the language model's answer was there, or given up.",
            registry=self.registry,
        )
        self.send_seconds = Histogram(
            "allhands_send_seconds", "Time of one try at a platform.", ["platform"], registry=self.registry
        )

    def event(self, platform: str, kind: str) -> None:
        """Count an event that was stored; without the look-up of its labels, which costs more than the count."""
        counter = self._events.get((platform, kind))
        if counter is None:
            counter = self._events[platform, kind] = self.events.labels(platform, kind)
        counter.inc()

    def _counter(self, name: str, help_text: str, *labels: str) -> Counter:
        return Counter(f"allhands_{name}", help_text, labels, registry=self.registry)

    def _gauge(self, name: str, help_text: str, *labels: str) -> Gauge:
        return Gauge(f"allhands_{name}", help_text, labels, registry=self.registry)

    def page(self) -> bytes:
        """Everything in the Prometheus text format."""
        return generate_latest(self.registry)
