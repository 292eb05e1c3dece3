package io.millrace.runtime;

import io.millrace.engine.task.JobFailedException;
import io.millrace.engine.topology.Stage;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.Uuid;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks now and then whether the topics that the job reads, or keeps its state in, are still those that it has started with. One that is
 * deleted and created again has other records under the same offsets, which no client would tell. Call only from the restorer's thread.
 */
final class TopicWatch {
    private static final Logger log = LoggerFactory.getLogger(TopicWatch.class);
    private static final long INTERVAL_MS = 30_000;
    /** A broker that has just started may not know all topics yet. */
    private static final int MISSING_LOOKS = 3;

    private final RuntimeContext context;
    private final Set<String> topics;
    private int missingLooks;
    private long nextMs;

    TopicWatch(RuntimeContext context) {
        this.context = context;
        Set<String> needed = new HashSet<>(context.placement().topics());
        for (Stage stage : context.topology().stages()) {
            stage.stores().forEach(store -> needed.add(store.changelogTopic()));
        }
        this.topics = Set.copyOf(needed);
        this.nextMs = context.clock().millis() + INTERVAL_MS;
    }

    /**
     * Looks if it is time.
     *
     * @throws JobFailedException if a topic is gone, or is another one
     */
    void step() {
        if (context.clock().millis() < nextMs) {
            return;
        }
        nextMs = context.clock().millis() + INTERVAL_MS;
        Map<String, Cluster.Topic> found;
        try {
            found = context.admin().describe(topics);
        } catch (KafkaException e) {
            log.debug("cannot look whether the job's topics are still the same, will look again: {}", e.toString());
            return;
        }
        Set<String> missing = new TreeSet<>(topics);
        missing.removeAll(found.keySet());
        missingLooks = missing.isEmpty() ? 0 : missingLooks + 1;
        if (missingLooks == 1) {
            log.error("topics of the job are gone: {}. If they do not come back, the job ends", missing);
        }
        if (missingLooks >= MISSING_LOOKS) {
            throw new JobFailedException(
                    "topics of the job were deleted while it ran: " + missing + ". " + DeletedTopic.WHAT_NOW, null);
        }
        found.forEach((name, topic) -> {
            Uuid was = context.cluster().topic(name).id();
            if (!was.equals(topic.id())) {
                throw new JobFailedException(
                        "topic " + name + " was deleted and created again while the job ran. " + DeletedTopic.WHAT_NOW,
                        null);
            }
        });
    }
}
