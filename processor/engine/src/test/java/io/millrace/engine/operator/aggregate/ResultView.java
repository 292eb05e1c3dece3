package io.millrace.engine.operator.aggregate;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.serde.Row;
import io.millrace.serde.RowKind;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What is left of the results of windows when each is applied to those before. For keys of one column. */
final class ResultView {
    private final Map<List<@Nullable Object>, List<@Nullable Object>> byStart = new HashMap<>();
    private final Map<List<@Nullable Object>, List<@Nullable Object>> byBounds = new HashMap<>();

    /** Also checks that each row says of the earlier result of its key and window what is true. */
    static ResultView of(List<Row> results, String what) {
        ResultView view = new ResultView();
        results.forEach(row -> view.apply(row, what));
        return view;
    }

    /** The results by key and window start, as an upsert sink with this key has them. */
    Map<List<@Nullable Object>, List<@Nullable Object>> byStart() {
        return byStart;
    }

    /** The results by key, window start and window end. */
    Map<List<@Nullable Object>, List<@Nullable Object>> byBounds() {
        return byBounds;
    }

    private void apply(Row row, String what) {
        List<@Nullable Object> values = Arrays.asList(row.values());
        List<@Nullable Object> before = byBounds.get(values.subList(0, 3));
        if (row.kind() == RowKind.DELETE) {
            assertThat(before).as("%s: taken back by %s", what, row).isEqualTo(values);
            byBounds.remove(values.subList(0, 3));
            byStart.remove(values.subList(0, 2));
            return;
        }
        assertThat(before != null).as("%s: known before %s", what, row).isEqualTo(row.kind() == RowKind.UPDATE_AFTER);
        byBounds.put(values.subList(0, 3), values);
        byStart.put(values.subList(0, 2), values);
    }
}
