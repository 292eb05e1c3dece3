package io.millrace.runtime;

import io.millrace.engine.topology.InternalTopic;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends what workers that are gone have left open. A process that dies in a transaction and does not come back leaves it to the broker, which
 * aborts it by its timeout, and looks at that only every few seconds. Until then nobody reads on behind it: not the new owners of its tasks
 * in the changelogs, nor anybody in the repartition topics. The group gives its tasks away sooner.
 *
 * <p>A worker has one name in the group and as a producer. So an open transaction over the job's own topics whose worker is not in the group
 * is one that will never be: a commit names the group's generation, and is refused. To fence its producer changes when it ends, not how. If
 * it was about to be committed after all, because its offsets were accepted before the group gave it up, either the commit has begun, and is
 * finished, or it is aborted and its worker, should it still be there, goes back to its last checkpoint. Call only from the restorer.
 */
final class Departed {
    private static final Logger log = LoggerFactory.getLogger(Departed.class);
    /** How soon to look again: workers of one process leave the group one by one. */
    private static final long INTERVAL_MS = 1_000;

    private final RuntimeContext context;
    private final List<TopicPartition> partitions = new ArrayList<>();
    private final String own;
    private long lookAtMs;

    Departed(RuntimeContext context) {
        this.context = context;
        // Workers of this process take care of themselves.
        this.own = context.topology().job() + "-" + context.config().instanceId() + "-";
        for (InternalTopic topic : context.topology().internalTopics()) {
            if (topic.kind() == InternalTopic.Kind.LAYOUT) {
                // Not written by workers.
                continue;
            }
            int count = context.cluster().partitions(topic.name());
            for (int partition = 0; partition < count; partition++) {
                partitions.add(new TopicPartition(topic.name(), partition));
            }
        }
    }

    /** To be called again and again while tasks are restored; looks from time to time. Without an answer nothing is lost but time. */
    void look() {
        long nowMs = context.clock().millis();
        if (!partitions.isEmpty() && (nowMs >= lookAtMs || nowMs < lookAtMs - INTERVAL_MS)) {
            lookAtMs = nowMs + INTERVAL_MS;
            endTransactions();
        }
    }

    private void endTransactions() {
        try {
            // In this order: whoever opens a transaction is a member by then.
            Set<String> gone = new TreeSet<>(context.admin().writers(partitions));
            gone.removeIf(writer -> writer.startsWith(own));
            if (gone.isEmpty()) {
                return;
            }
            gone.removeAll(context.admin().members(context.group()));
            if (!gone.isEmpty()) {
                log.info("{} are gone from the group and have left transactions open; aborting these", gone);
                context.admin().fence(gone);
            }
        } catch (KafkaException e) {
            log.warn("transactions of workers that are gone end only by their timeout: {}", e.toString());
        }
    }
}
