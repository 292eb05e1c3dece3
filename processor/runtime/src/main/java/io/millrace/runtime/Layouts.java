package io.millrace.runtime;

import io.millrace.engine.task.JobFailedException;
import io.millrace.engine.topology.Layout;
import io.millrace.engine.topology.Topology;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a job that was changed from misreading what it finds in its stores and exchanges, and one whose topics were deleted from going on as
 * if nothing had been: at start, before the instance joins the group.
 *
 * <p>{@link #check} comes first and changes nothing. When the job's topics are there, {@link #record} records the layouts that are not
 * yet. A record names its topic by id, so that a topic that was deleted is missed, also when there is another one of its name; only
 * when its step has left the job it is forgotten. No instance
 * processes anything before its layouts are recorded, so there are no bytes without a record of what they mean. And an instance
 * records only what it has compared with all that was recorded before ({@link LayoutTopic#take}), so that of two instances with different
 * layouts that start at the same time, one fails.
 */
final class Layouts {
    private static final Logger log = LoggerFactory.getLogger(Layouts.class);
    /** How often others may come in between; each of them has then recorded what it had to. */
    private static final int MAX_TURNS = 20;
    /** What is recorded of a source: no more than which topic it is. */
    private static final Layout SOURCE = new Layout("source", Map.of());

    private final Topology topology;
    private final OnDataLoss onDataLoss;
    private final LayoutTopic layoutTopic;
    /** The internal topics that were there at first, before this instance created any; those alone can hold bytes without a record. */
    private @Nullable Set<String> before;

    /** @param onDataLoss what to do when a source was deleted and created again */
    Layouts(Topology topology, OnDataLoss onDataLoss, ClientFactory clients, Clock clock) {
        this.topology = topology;
        this.onDataLoss = onDataLoss;
        this.layoutTopic = new LayoutTopic(topology.job(), topology.layoutTopic(), clients, clock);
    }

    /**
     * Compares with what is recorded.
     *
     * @throws JobFailedException if a store or an exchange holds bytes that this job would misread, or has lost what it held; it names them
     *     all
     */
    void check(Cluster cluster) {
        if (topology.layouts().isEmpty()) {
            return;
        }
        Set<String> topics = new HashSet<>(topology.sourceTopics());
        topology.internalTopics().forEach(topic -> topics.add(topic.name()));
        Map<String, Cluster.Topic> existing = cluster.describe(topics);
        if (before == null) {
            before = Set.copyOf(existing.keySet());
        }
        if (existing.containsKey(topology.layoutTopic())) {
            Map<String, RecordedLayout> recorded = layoutTopic.read(cluster);
            compare(existing, recorded);
            warnOfRemoved(cluster, recorded);
        }
    }

    /** @throws JobFailedException as {@link #check}: another instance may have recorded something else in the meantime */
    void record(JobCluster job, Cluster cluster) {
        if (topology.layouts().isEmpty() || isRecorded(job, cluster)) {
            return;
        }
        for (int i = 1; !hasRecorded(job, cluster, i == MAX_TURNS); i++) {
            log.debug("another instance records layouts too; looking at what it has recorded");
        }
    }

    private boolean isRecorded(JobCluster job, Cluster cluster) {
        Map<String, RecordedLayout> recorded = layoutTopic.read(cluster);
        return compare(job.topics(), recorded).isEmpty()
                && forgotten(cluster, recorded).isEmpty();
    }

    private boolean hasRecorded(JobCluster job, Cluster cluster, boolean last) {
        try (LayoutTopic.Turn turn = layoutTopic.take()) {
            Map<String, RecordedLayout> recorded = layoutTopic.read(cluster);
            Map<String, RecordedLayout> missing = compare(job.topics(), recorded);
            Set<String> forgotten = forgotten(cluster, recorded);
            if (!missing.isEmpty() || !forgotten.isEmpty()) {
                turn.write(missing, forgotten);
                missing.forEach((topic, now) -> tell(topic, now, recorded.get(topic)));
            }
            return true;
        } catch (KafkaException e) {
            if (last || !isFenced(e)) {
                throw e;
            }
            return false;
        }
    }

    /** The producer says so itself, or that it cannot go on because of it. */
    private static boolean isFenced(@Nullable Throwable error) {
        return error instanceof ProducerFencedException
                || error instanceof InvalidProducerEpochException
                || (error != null && isFenced(error.getCause()));
    }

    private void tell(String topic, RecordedLayout now, @Nullable RecordedLayout was) {
        if (now.layout().equals(SOURCE)) {
            if (was != null) {
                log.error(
                        "topic {} was deleted and created again: what the job had not read of the old one is gone. It goes on at the"
                                + " beginning of the new one, as errors.on.data.loss says",
                        topic);
            }
        } else if (was != null && was.topicId().equals(now.topicId())) {
            log.info(
                    "the layout of {} has changed in a way that goes with what is in it: older rows have NULL in columns that were"
                            + " added. It was {} and is {}",
                    name(topic),
                    oneLine(was.layout()),
                    oneLine(now.layout()));
        } else if (before != null && before.contains(topic)) {
            log.warn(
                    "{} was there, but not its layout{}. What is in it is taken to be what the job says now, {}; this is recorded, and"
                            + " changes are noticed from here on",
                    name(topic),
                    before.contains(topology.layoutTopic())
                            ? ""
                            : ", as this is the first start with a version that records layouts",
                    oneLine(now.layout()));
        } else {
            log.debug("recorded the layout of {}: {}", name(topic), oneLine(now.layout()));
        }
    }

    /** What is to be recorded. @throws JobFailedException if something does not go with what is */
    private Map<String, RecordedLayout> compare(
            Map<String, Cluster.Topic> existing, Map<String, RecordedLayout> recorded) {
        Map<String, RecordedLayout> missing = new LinkedHashMap<>();
        List<String> problems = new ArrayList<>();
        List<String> deleted = new ArrayList<>();
        topology.layouts().forEach((name, layout) -> {
            Cluster.Topic topic = existing.get(name);
            RecordedLayout was = recorded.get(name);
            if (was != null && (topic == null || !was.topicId().equals(topic.id()))) {
                deleted.add(name(name));
            }
            if (topic == null) {
                return;
            }
            RecordedLayout now = new RecordedLayout(topic.id(), layout);
            if (was != null) {
                layout.misfits(was.layout()).forEach(misfit -> problems.add("  " + name(name) + ": " + misfit));
            }
            if (!now.equals(was)) {
                missing.put(name, now);
            }
        });
        if (!deleted.isEmpty()) {
            throw new JobFailedException(
                    "topics of the job were deleted: " + String.join(", ", deleted) + ". " + DeletedTopic.WHAT_NOW
                            + ". If the job is to go on with what is left all the same, delete topic "
                            + topology.layoutTopic() + " too: layouts are then recorded anew",
                    null);
        }
        compareSources(existing, recorded, missing);
        if (!problems.isEmpty()) {
            throw new JobFailedException(
                    "the job has changed, and would misread what it has in Kafka; nothing was changed there:\n"
                            + String.join("\n", problems)
                            + "\nGive the step another name to start it anew, or the job another name, or undo the change, or"
                            + " start the whole job anew: stop all instances and run millrace reset",
                    null);
        }
        return missing;
    }

    private void compareSources(
            Map<String, Cluster.Topic> existing,
            Map<String, RecordedLayout> recorded,
            Map<String, RecordedLayout> missing) {
        for (String name : topology.sourceTopics()) {
            Cluster.Topic topic = existing.get(name);
            if (topic == null) {
                continue;
            }
            RecordedLayout now = new RecordedLayout(topic.id(), SOURCE);
            RecordedLayout was = recorded.get(name);
            if (was != null && !was.topicId().equals(topic.id()) && onDataLoss == OnDataLoss.FAIL) {
                throw new JobFailedException(
                        "topic " + name
                                + " was deleted and created again: what the job had not read of the old one is gone, and Kafka"
                                + " has forgotten where the job was. To go on with the new one from its beginning, set"
                                + " errors.on.data.loss to continue; to start the job anew, stop all instances and run millrace reset",
                        null);
            }
            if (!now.equals(was)) {
                missing.put(name, now);
            }
        }
    }

    /** Topics that neither the job nor the cluster has any more: should the step come back, it starts anew. */
    private Set<String> forgotten(Cluster cluster, Map<String, RecordedLayout> recorded) {
        Set<String> removed = removed(recorded);
        removed.removeAll(cluster.describe(removed).keySet());
        return removed;
    }

    private Set<String> removed(Map<String, RecordedLayout> recorded) {
        Set<String> removed = new HashSet<>(recorded.keySet());
        removed.removeAll(topology.layouts().keySet());
        removed.removeAll(topology.sourceTopics());
        return removed;
    }

    /** Their topics stay: nobody but the owner knows whether the step comes back. */
    private void warnOfRemoved(Cluster cluster, Map<String, RecordedLayout> recorded) {
        Set<String> removed = removed(recorded);
        removed.removeIf(topic -> SOURCE.equals(layout(recorded, topic)));
        cluster.describe(removed).keySet().stream()
                .sorted()
                .forEach(topic -> log.warn(
                        "topic {} is of a step that the job does not have any more, and is left as it is. Delete it if the step does not"
                                + " come back: kafka-topics.sh --delete --topic {}",
                        topic,
                        topic));
    }

    /** {@code store page_1m (page-stats-page_1m-changelog)}. */
    private String name(String topic) {
        return topology.stages().stream()
                        .flatMap(stage -> stage.stores().stream())
                        .filter(store -> store.changelogTopic().equals(topic))
                        .map(store -> "store " + store.name())
                        .findFirst()
                        .orElseGet(() -> "exchange "
                                + topology.exchanges().stream()
                                        .filter(exchange -> exchange.topic().equals(topic))
                                        .findFirst()
                                        .orElseThrow(() -> new IllegalStateException("nothing is in " + topic))
                                        .name())
                + " (" + topic + ")";
    }

    private static @Nullable Layout layout(Map<String, RecordedLayout> recorded, String topic) {
        RecordedLayout found = recorded.get(topic);
        return found == null ? null : found.layout();
    }

    private static String oneLine(Layout layout) {
        return layout.text().replace("\n", "; ");
    }
}
