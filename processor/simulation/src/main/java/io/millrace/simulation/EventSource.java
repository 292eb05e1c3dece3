package io.millrace.simulation;

import org.apache.kafka.common.header.internals.RecordHeaders;

/** Writes the events: some of them in transactions that are aborted, at once or after a while, which the job must never see. */
final class EventSource {
    private static final double ABORTED = 0.1;
    private static final long LONGEST_OPEN_MS = 2_000;
    private static final long STEP_MS = 150;
    private static final long END_MS = 10_000_000;
    private static final int MOST_AT_ONCE = 5;
    private static final int MOST_AMOUNT = 1_000_000;
    private static final String END = "end";

    private final SimulatedKafka kafka;
    private final Dice dice;
    private final Fate fate;
    private final int keys;
    private final int groups;
    private final long[] timeMs;
    private final boolean[] ended;
    private int left;
    private long nextId = 1;
    private long nextProducer = -1;

    EventSource(SimulatedKafka kafka, Dice dice, Fate fate, int partitions, int events) {
        this.kafka = kafka;
        this.dice = dice;
        this.fate = fate;
        this.keys = 1 + dice.below(6);
        this.groups = 1 + dice.below(3);
        this.timeMs = new long[partitions];
        this.ended = new boolean[partitions];
        this.left = events;
    }

    /** Writes a few events to one partition; when there are no more, one that ends event time there. */
    void write() {
        PartitionLog log = dice.pick(kafka.topic(CountingJob.EVENTS).partitions());
        if (left == 0) {
            end(log);
            return;
        }
        if (dice.happens(ABORTED)) {
            abort(log);
            return;
        }
        int count = Math.min(left, 1 + dice.below(MOST_AT_ONCE));
        left -= count;
        for (int i = 0; i < count; i++) {
            append(log, event(log.partition().partition()));
        }
    }

    private void abort(PartitionLog log) {
        long producer = nextProducer--;
        log.append(
                producer,
                kafka.nowMs(),
                null,
                event(log.partition().partition()).encode(),
                new RecordHeaders());
        fate.later(
                dice.between(0, LONGEST_OPEN_MS),
                () -> log.mark(producer, kafka.nowMs(), false, new RecordHeaders()));
    }

    private CountingJob.Event event(int partition) {
        timeMs[partition] += dice.between(0, 2 * STEP_MS);
        return new CountingJob.Event(
                nextId++,
                "k" + dice.below(keys),
                dice.below(MOST_AMOUNT),
                "g" + dice.below(groups),
                timeMs[partition] + dice.between(0, CountingJob.LAG_MS - 1));
    }

    private void append(PartitionLog log, CountingJob.Event event) {
        log.append(kafka.nowMs(), null, event.encode(), new RecordHeaders());
    }

    /** Writes the rest, and ends event time, so that all windows before that fire. */
    void end() {
        while (left > 0) {
            write();
        }
        kafka.topic(CountingJob.EVENTS).partitions().forEach(this::end);
    }

    private void end(PartitionLog log) {
        int partition = log.partition().partition();
        if (!ended[partition]) {
            ended[partition] = true;
            append(log, new CountingJob.Event(nextId++, END, 1, END, END_MS));
        }
    }
}
