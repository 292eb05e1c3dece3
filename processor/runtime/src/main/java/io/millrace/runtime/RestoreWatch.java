package io.millrace.runtime;

import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sees to it that restoring gets somewhere, and says how far it is. A changelog that is not read any further for {@link #DEADLINE_MS} is
 * looked at: either it has become shorter than it was, and never will be read to where it ended, or a transaction hangs on it. Call only
 * from the restorer.
 */
final class RestoreWatch {
    /**
     * Longer than a transaction of a process that died should live: its {@code transaction.timeout.ms} of 20 s, and the 10 s in which
     * brokers look.
     */
    static final long DEADLINE_MS = 40_000;

    private static final Logger log = LoggerFactory.getLogger(RestoreWatch.class);
    private static final long REPORT_MS = 10_000;

    private final RuntimeContext context;
    private long lastReportMs;
    private long lastDone;
    /** What the stalled changelogs wait for, as of the last look, and when that was. */
    private final Map<TopicPartition, Look> looks = new HashMap<>();

    RestoreWatch(RuntimeContext context) {
        this.context = context;
        this.lastReportMs = context.clock().millis();
    }

    /** Looks at what is going on and returns those that cannot come to their end, with the reason. */
    Map<Restoration, String> look(Collection<Restoration> active) {
        long nowMs = context.clock().millis();
        Map<Restoration, String> hopeless = new LinkedHashMap<>();
        looks.keySet().removeIf(changelog -> active.stream().noneMatch(one -> one.reads(List.of(changelog))));
        for (Restoration restoration : active) {
            Map<TopicPartition, Long> stalled = restoration.stalledSince(nowMs - DEADLINE_MS);
            String waitsFor = null;
            for (Map.Entry<TopicPartition, Long> at : stalled.entrySet()) {
                Look look = look(restoration, at.getKey(), at.getValue(), nowMs);
                if (look.isCut) {
                    hopeless.put(restoration, look.text);
                }
                waitsFor = look.text;
            }
            restoration.waitsFor(waitsFor);
        }
        report(active, nowMs);
        return hopeless;
    }

    private Look look(Restoration restoration, TopicPartition changelog, long position, long nowMs) {
        Look last = looks.get(changelog);
        if (last != null && last.position == position && nowMs - last.atMs < DEADLINE_MS) {
            return last;
        }
        Look look;
        try {
            long end = context.admin().ends(List.of(changelog), false).getOrDefault(changelog, 0L);
            look = end < restoration.end(changelog)
                    ? new Look(nowMs, position, true, cut(changelog, restoration.end(changelog), end))
                    : new Look(nowMs, position, false, hanging(changelog, position));
        } catch (KafkaException e) {
            look = new Look(
                    nowMs,
                    position,
                    false,
                    "cannot read " + changelog + " on from " + position + ": " + e.getMessage());
        }
        looks.put(changelog, look);
        if (!look.isCut) {
            log.warn("task {} is not restored yet: it {}", restoration.task(), look.text);
        }
        return look;
    }

    private static String cut(TopicPartition changelog, long was, long is) {
        return changelog + " ended at " + was + " and now ends at " + is
                + ": an unclean leader election has cut it, and the changes behind that are lost. Set"
                + " unclean.leader.election.enable=false and min.insync.replicas=2";
    }

    private String hanging(TopicPartition changelog, long position) {
        List<Cluster.OpenTransaction> open = context.admin().openTransactions(changelog);
        if (open.isEmpty()) {
            return "cannot read " + changelog + " on from " + position
                    + ", although no transaction is open there: see how its leader is";
        }
        Cluster.OpenTransaction first = open.get(0);
        return "waits for a transaction to end that is open on " + changelog + " from offset " + first.startOffset()
                + ", of producer " + first.producerId() + " (epoch " + first.producerEpoch() + ", transactional id "
                + (first.transactionalId() == null ? "not known" : first.transactionalId()) + ", last active "
                + Instant.ofEpochMilli(first.lastWriteMs())
                + "). It should have ended by its timeout. If that producer is gone for good, abort it: kafka-transactions.sh"
                + " --bootstrap-server " + context.config().brokers() + " abort --topic " + changelog.topic()
                + " --partition "
                + changelog.partition() + " --start-offset " + first.startOffset();
    }

    private void report(Collection<Restoration> active, long nowMs) {
        RestoreTicket.Progress all = active.stream()
                .map(restoration -> restoration.ticket().progress())
                .reduce(RestoreTicket.Progress.NONE, RestoreTicket.Progress::plus);
        if (active.isEmpty()) {
            lastReportMs = nowMs;
            lastDone = 0;
        } else if (nowMs - lastReportMs >= REPORT_MS) {
            long rate = Math.max(0, all.done() - lastDone) * 1000 / (nowMs - lastReportMs);
            log.info(
                    "restoring {} tasks: {} %, {} of {} changelog records, {} a second",
                    active.size(),
                    all.percent(),
                    String.format(Locale.ROOT, "%,d", all.done()),
                    String.format(Locale.ROOT, "%,d", all.total()),
                    String.format(Locale.ROOT, "%,d", rate));
            lastReportMs = nowMs;
            lastDone = all.done();
        }
    }

    private record Look(long atMs, long position, boolean isCut, String text) {}
}
