package io.millrace.engine.topology;

import io.millrace.serde.RowType;
import java.util.List;

/**
 * A shuffle by key through a repartition topic.
 *
 * @param name the name of the step that needs it
 * @param topic the repartition topic
 * @param columns the rows that cross it
 * @param key indexes of the hash key's columns
 * @param producerStage the id of the stage that writes it
 * @param reason why it is there, for {@code explain}
 * @param carriesOrigins whether rows that may be late on the other side take along the record that they were made of
 * @param layout what the bytes of its rows mean
 */
public record Exchange(
        String name,
        String topic,
        RowType columns,
        List<Integer> key,
        int producerStage,
        String reason,
        boolean carriesOrigins,
        Layout layout) {
    public Exchange {
        key = List.copyOf(key);
    }
}
