package io.millrace.engine.topology;

import java.util.ArrayList;
import java.util.List;
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

    /** All topics that belong to the job alone: repartition topics, then changelogs. */
    public List<InternalTopic> internalTopics() {
        List<InternalTopic> topics = new ArrayList<>();
        for (Exchange exchange : exchanges) {
            topics.add(InternalTopic.of(exchange.topic(), InternalTopic.Kind.REPARTITION, exchange.producerStage()));
        }
        for (Stage stage : stages) {
            for (Stage.Store store : stage.stores()) {
                topics.add(InternalTopic.of(store.changelogTopic(), InternalTopic.Kind.CHANGELOG, stage.id()));
            }
        }
        return topics;
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
