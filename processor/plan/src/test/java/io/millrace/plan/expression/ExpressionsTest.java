package io.millrace.plan.expression;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.config.Problem;
import io.millrace.config.Text;
import io.millrace.serde.DataType.Scalar;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class ExpressionsTest {
    private final SqlContext sql = new SqlContext(ZoneOffset.UTC);
    private final List<Problem> problems = new ArrayList<>();
    private final Expressions clicks = sql.over("clicks", SampleRow.columns(), problems::add);

    @Test
    void a_column_knows_its_place_and_a_computation_what_it_reads() {
        Expression column = clicks.value(Text.of("clicks.n"));
        Expression computed = clicks.value(Text.of("CASE WHEN b THEN n ELSE i END"));

        assertThat(column).isNotNull();
        assertThat(column.column()).isEqualTo(2);
        assertThat(column.columns()).containsExactly(2);
        assertThat(computed).isNotNull();
        assertThat(computed.column()).isEqualTo(-1);
        assertThat(computed.columns()).containsExactly(0, 1, 2);
    }

    @Test
    void an_expression_can_read_rows_with_fewer_columns() {
        Expression computed = clicks.value(Text.of("n + i"));

        assertThat(computed).isNotNull();
        assertThat(computed.reading(List.of(2, 0, 1)).columns()).containsExactly(0, 2);
    }

    @Test
    void an_order_is_a_list_of_columns_in_which_null_is_the_least_value() {
        assertThat(clicks.order(Text.of("i, d desc, `two words` ASC NULLS LAST, user DESC NULLS FIRST")))
                .containsExactly(
                        new Ordering(1, false, true),
                        new Ordering(3, true, false),
                        new Ordering(SampleRow.columns().indexOf("two words"), false, false),
                        new Ordering(SampleRow.columns().indexOf("user"), true, true));
        assertThat(problems).isEmpty();
    }

    @Test
    void aggregates_are_taken_apart() {
        Map<Text, Text> values = new LinkedHashMap<>();
        values.put(Text.of("views"), Text.of("COUNT(*)"));
        values.put(Text.of("average"), Text.of("SUM(d) / COUNT(*)"));
        values.put(Text.of("big"), Text.of("COUNT(DISTINCT s) FILTER (WHERE d > 1)"));
        values.put(Text.of("who"), Text.of("UPPER(user)"));
        int user = SampleRow.columns().indexOf("user");
        Aggregation aggregation = clicks.aggregation(List.of(user), values, true);

        assertThat(problems).isEmpty();
        assertThat(aggregation).isNotNull();
        assertThat(aggregation.keyCount()).isEqualTo(1);
        assertThat(aggregation.input().get(0).column()).isEqualTo(user);
        assertThat(aggregation.calls()).hasSize(3);
        assertThat(aggregation.calls().get(0).argument()).isEqualTo(-1);
        assertThat(aggregation.calls().get(2).distinct()).isTrue();
        assertThat(aggregation.calls().get(2).filter()).isPositive();
        // Behind the key come the window's start and end.
        assertThat(aggregation.results())
                .extracting(Expression::columns)
                .containsExactly(Set.of(3), Set.of(3, 4), Set.of(5), Set.of(0));
    }

    @Test
    void a_condition_must_be_boolean() {
        assertThat(clicks.condition(Text.of("b"), "filter")).isNotNull();
        assertThat(clicks.condition(Text.of("i"), "filter")).isNull();
        assertThat(problems).extracting(Problem::message).containsExactly("filter needs a condition, but this is INT");
    }

    @Test
    void a_thousand_brackets_are_a_problem_and_not_a_crash() {
        String deep = "(".repeat(20_000) + "i" + ")".repeat(20_000);

        assertThat(clicks.value(Text.of(deep))).isNull();
        assertThat(problems).extracting(Problem::message).containsExactly("this expression is nested too deeply");
    }

    @Test
    void each_type_of_column_passes_through_unchanged() {
        for (int i = 0; i < SampleRow.columns().size(); i++) {
            Expression column = clicks.column(i);

            assertThat(column.type()).isEqualTo(SampleRow.columns().column(i).type());
            assertThat(SqlTypes.from(new SqlTypes().of(column.type(), true))).isEqualTo(column.type());
        }
        assertThat(clicks.column(0).type()).isEqualTo(Scalar.BOOLEAN);
    }
}
