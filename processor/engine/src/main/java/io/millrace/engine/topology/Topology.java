package io.millrace.engine.topology;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * A planned job. Stage ids are their indexes; an exchange's consumer always has a larger id than its producer.
 *
 * @param deadLetterTopic where undecodable and failing records go, or null
 * @param tolerateErrors whether such a record is survived; if not, it stops the job
 */
public record Topology(
        String job,
        List<Stage> stages,
        List<Exchange> exchanges,
        List<String> sinkTopics,
        boolean tolerateErrors,
        @Nullable String deadLetterTopic) {
    public Topology {
        stages = List.copyOf(stages);
        exchanges = List.copyOf(exchanges);
        sinkTopics = List.copyOf(sinkTopics);
    }

    /** All topics that belong to the job alone: repartition topics, changelogs, then, if there are any of these, that of their layouts. */
    public List<InternalTopic> internalTopics() {
        List<InternalTopic> topics = new ArrayList<>();
        for (Exchange exchange : exchanges) {
            topics.add(InternalTopic.of(exchange.topic(), InternalTopic.Kind.REPARTITION, producersBeside(exchange)));
        }
        for (Stage stage : stages) {
            for (Stage.Store store : stage.stores()) {
                InternalTopic.Kind kind =
                        store.expiring() ? InternalTopic.Kind.EXPIRING_CHANGELOG : InternalTopic.Kind.CHANGELOG;
                topics.add(InternalTopic.of(store.changelogTopic(), kind, List.of(stage.id())));
            }
        }
        if (!topics.isEmpty()) {
            topics.add(InternalTopic.of(layoutTopic(), InternalTopic.Kind.LAYOUT, List.of()));
        }
        return topics;
    }

    /** Where the layouts are recorded, if there are any. */
    public String layoutTopic() {
        return job + "-layout";
    }

    /** The topics that the sources read. */
    public Set<String> sourceTopics() {
        Set<String> topics = new LinkedHashSet<>();
        for (Stage stage : stages) {
            for (Input input : stage.inputs()) {
                if (input instanceof Input.FromSource) {
                    topics.addAll(input.topics());
                }
            }
        }
        return topics;
    }

    /** What is in the repartition topics and changelogs, by their names. */
    public Map<String, Layout> layouts() {
        Map<String, Layout> layouts = new LinkedHashMap<>();
        exchanges.forEach(exchange -> layouts.put(exchange.topic(), exchange.layout()));
        stages.forEach(stage -> stage.stores().forEach(store -> layouts.put(store.changelogTopic(), store.layout())));
        return layouts;
    }

    /**
     * How many partitions each internal topic must have.
     *
     * @param sources the number of partitions of a source topic; 0 where that is not known
     */
    public Map<String, Integer> internalPartitions(ToIntFunction<String> sources) {
        Map<String, Integer> internal = new HashMap<>();
        List<Integer> tasks = new ArrayList<>();
        List<InternalTopic> topics = internalTopics();
        // A stage's inputs come from stages before it, so sizes are known in the order of the stages.
        for (Stage stage : stages) {
            for (Input input : stage.inputs()) {
                if (input instanceof Input.FromExchange in) {
                    int wanted = producersBeside(in.exchange()).stream()
                            .mapToInt(tasks::get)
                            .max()
                            .orElse(0);
                    internal.put(in.exchange().topic(), wanted);
                }
            }
            tasks.add(stage.taskCount(topic -> {
                Integer known = internal.get(topic);
                return known == null ? sources.applyAsInt(topic) : known;
            }));
        }
        for (InternalTopic topic : topics) {
            internal.put(
                    topic.name(),
                    topic.stages().stream().mapToInt(tasks::get).max().orElse(1));
        }
        return internal;
    }

    /** The producers of all exchanges that the reader of this one reads: equal keys meet only if all have the same number of partitions. */
    private List<Integer> producersBeside(Exchange exchange) {
        return consumerOf(exchange).inputs().stream()
                .filter(Input.FromExchange.class::isInstance)
                .map(input -> ((Input.FromExchange) input).exchange().producerStage())
                .distinct()
                .sorted()
                .toList();
    }

    /** The stage that reads this exchange. */
    public Stage consumerOf(Exchange exchange) {
        return stages.stream()
                .filter(stage -> stage.inputs().stream()
                        .anyMatch(input -> input instanceof Input.FromExchange in
                                && in.exchange().equals(exchange)))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("nobody reads exchange " + exchange.name()));
    }

    /** The stage that writes this exchange. */
    public Stage producerOf(Exchange exchange) {
        return stages.get(exchange.producerStage());
    }
}
