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
 * <p>Local state says "everything below offset O, of which everything below the end N was written in epoch E or before". An election in a
 * later epoch that cuts the changelog below both leaves its mark: the broker then says that the epochs up to E end below them, and this is
 * what the consumer finds when it is to go on at O with E ({@link Restoration#isCut}). A cut in E or before it, under a running task, is
 * noticed by that task's next transaction, whose changes then lie below O ({@link Transaction}), before there is new state that would say E.
 *
 * <p>What was written since the last look may be of a later epoch without having been cut, when a leader has moved: an end of E between N
 * and O says nothing. So a cut goes unseen that takes only records of the last few seconds before a crash, and that another owner of the
 * task has written over before the state is opened again; to rebuild a store whenever a leader has moved would be worse.
 */
final class ChangelogEpochs {
    private static final Logger log = LoggerFactory.getLogger(ChangelogEpochs.class);
    private static final long INTERVAL_MS = 5_000;

    private final RuntimeContext context;
    private final Map<TopicPartition, Cluster.LeaderEpoch> epochs = new ConcurrentHashMap<>();
    private long lastLookMs;

    ChangelogEpochs(RuntimeContext context) {
        this.context = context;
        this.lastLookMs = context.clock().millis();
    }

    /** As of the last look. Callable from any thread. */
    Cluster.LeaderEpoch of(TopicPartition changelog) {
        return epochs.getOrDefault(changelog, Cluster.LeaderEpoch.UNKNOWN);
    }

    /** Looks at once. @throws KafkaException if that cannot be done */
    Map<TopicPartition, Cluster.LeaderEpoch> look(Collection<TopicPartition> changelogs) {
        Map<TopicPartition, Cluster.LeaderEpoch> now = context.admin().leaderEpochs(changelogs);
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
