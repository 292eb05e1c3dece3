package com.acme.carts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.serde.Column;
import io.millrace.serde.DataType.Scalar;
import io.millrace.serde.Row;
import io.millrace.serde.RowType;
import io.millrace.testing.ProcessorHarness;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class AbandonedCartsTest {
    private static final RowType EVENTS = RowType.of(
            new Column("user_id", Scalar.STRING),
            new Column("action", Scalar.STRING),
            new Column("item", Scalar.STRING),
            new Column("ts", Scalar.TIMESTAMP_LTZ));

    private final ProcessorHarness carts = step("30m").open();

    @AfterEach
    void close() {
        carts.close();
    }

    @Test
    void a_cart_that_is_not_checked_out_in_time_is_reported_once() {
        add(0, "ann", "tea");
        add(5, "ann", "cup");
        carts.watermark(minute(29));
        assertThat(carts.takeOutput()).isEmpty();
        carts.watermark(minute(30));
        assertThat(carts.takeOutput()).containsExactly(abandoned(30, "ann", 0, "tea", "cup"));
        carts.watermark(minute(90));
        assertThat(carts.takeOutput()).isEmpty();
        assertThat(carts.stateSize()).isZero();
    }

    @Test
    void a_checkout_in_time_leaves_nothing_to_report() {
        add(0, "ann", "tea");
        checkout(29, "ann");
        carts.watermark(minute(90));
        assertThat(carts.takeOutput()).isEmpty();
        assertThat(carts.takeSide("unexpected")).isEmpty();
        assertThat(carts.stateSize()).isZero();
    }

    @Test
    void a_checkout_without_a_cart_goes_to_the_side() {
        checkout(3, "bob");
        assertThat(carts.takeSide("unexpected")).containsExactly(Row.of(minute(3), "bob", "checkout", null, minute(3)));
    }

    @Test
    void carts_outlive_a_restart_and_a_crash() {
        add(0, "ann", "tea");
        carts.restart();
        add(1, "ann", "cup");
        carts.crash();
        add(1, "ann", "cup");
        carts.watermark(minute(30));
        assertThat(carts.takeOutput()).containsExactly(abandoned(30, "ann", 0, "tea", "cup"));
    }

    @Test
    void what_is_neither_follows_the_error_policy() {
        carts.process(minute(1), "ann", "dance", null, minute(1));
        assertThat(carts.takeFailures())
                .singleElement()
                .satisfies(failure -> assertThat(failure).hasMessage("the action is neither add nor checkout"));
    }

    @Test
    void a_timeout_is_needed() {
        assertThatThrownBy(() -> step("0s").open()).hasMessage("timeout must be longer than nothing");
        assertThatThrownBy(() -> ProcessorHarness.of(AbandonedCarts::new)
                        .input(EVENTS)
                        .by("user_id")
                        .open())
                .hasMessage("timeout is missing: add it to the step's config");
    }

    private static ProcessorHarness.Builder step(String timeout) {
        return ProcessorHarness.of(AbandonedCarts::new)
                .input(EVENTS)
                .by("user_id")
                .config("timeout", timeout);
    }

    private void add(int minute, String user, String item) {
        carts.process(minute(minute), user, "add", item, minute(minute));
    }

    private void checkout(int minute, String user) {
        carts.process(minute(minute), user, "checkout", null, minute(minute));
    }

    private static Row abandoned(int minute, String user, int filledMinute, String... items) {
        return Row.of(minute(minute), user, minute(filledMinute), List.of(items));
    }

    private static long minute(int minute) {
        return minute * 60_000L;
    }
}
