package io.millrace.runtime;

import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The leader epochs of the changelogs of this instance's tasks, looked up every few seconds by the restorer and written by the workers with
 * every change of local state.
 *
 * <p>Local state says "everything below offset O, as of epoch E". An election in a later epoch that cuts the changelog below O leaves its
 * mark: the broker then says that the epochs up to E end below O, and this is what the consumer checks when it is to go on at O with E. A
 * cut in E or before it, under a running task, is noticed by that task's next transaction, whose changes then lie below O ({@link
 * Transaction}), before there is new state that would say E. So no cut goes unseen.
 *
 * <p>An epoch that is some seconds old errs to the safe side: what a new leader has written since then looks cut off, and state is rebuilt
 * for nothing. That takes a crash within seconds of a leader's move.
 */
final class ChangelogEpochs {
    static final int UNKNOWN = -1;
    private static final Logger log = LoggerFactory.getLogger(ChangelogEpochs.class);
    private static final long INTERVAL_MS = 5_000;

    private final RuntimeContext context;
    private final Map<TopicPartition, Integer> epochs = new ConcurrentHashMap<>();
    private long lastLookMs;

    ChangelogEpochs(RuntimeContext context) {
        this.context = context;
        this.lastLookMs = context.clock().millis();
    }

    /** As of the last look, or {@link #UNKNOWN}. Callable from any thread. */
    int of(TopicPartition changelog) {
        return epochs.getOrDefault(changelog, UNKNOWN);
    }

    /** Looks at once. @throws KafkaException if that cannot be done */
    Map<TopicPartition, Integer> look(Collection<TopicPartition> changelogs) {
        Map<TopicPartition, Integer> now = context.admin().leaderEpochs(changelogs);
        epochs.putAll(now);
        return now;
    }

    /** Looks if it is time to, and forgets what is not wanted any more. */
    void step(Supplier<Set<TopicPartition>> wanted) {
        long nowMs = context.clock().millis();
        if (nowMs - lastLookMs < INTERVAL_MS && nowMs >= lastLookMs) {
            return;
        }
        lastLookMs = nowMs;
        Set<TopicPartition> changelogs = wanted.get();
        epochs.keySet().retainAll(changelogs);
        if (changelogs.isEmpty()) {
            return;
        }
        try {
            look(changelogs);
        } catch (KafkaException e) {
            log.debug("the changelogs' leader epochs are as they were: {}", e.getMessage());
        }
    }
}
