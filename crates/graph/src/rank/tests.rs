use proptest::prelude::*;

use super::*;
use crate::presence::OutOfOffice;

fn presence(availability: Availability, read_at: Instant) -> Presence {
    Presence {
        availability,
        activity: Activity::Nothing,
        out_of_office: None,
        status_message: None,
        sequence_number: String::new(),
        read_at,
    }
}

/// Nobody in particular: a number, and nothing else that is known.
const SOMEBODY: Case<'static> = Case {
    presence: None,
    knows: Knows::NoTopic,
    dialled_as: Some(DialledAs::Teams),
    today: 0,
    meeting_in: None,
};

#[test]
fn a_free_colleague_who_knows_it_comes_first_and_it_is_said_why() {
    let now = Instant::now();
    let free = presence(Availability::Available, now);
    let billing = Pii::from("Billing");
    let expert = Case {
        presence: Some(&free),
        knows: Knows::Skills([Some(&billing), None]),
        ..SOMEBODY
    };
    let other = Case {
        knows: Knows::Skills([None, None]),
        ..expert
    };
    assert!(expert.merit(now) > other.merit(now));
    assert_eq!(
        expert.reasons(now),
        [Reason::Knows(billing.clone()), Reason::Free]
    );
    assert_eq!(other.reasons(now), [Reason::Free]);
}

#[test]
fn who_knows_it_and_is_busy_comes_before_who_is_free_and_does_not() {
    let now = Instant::now();
    let (free, busy) = (Availability::Available, Availability::Busy);
    let (free, busy) = (presence(free, now), presence(busy, now));
    let skill = Pii::from("Billing");
    let knows = |presence| Case {
        presence: Some(presence),
        knows: Knows::Skills([Some(&skill), None]),
        ..SOMEBODY
    };
    let free = Case {
        presence: Some(&free),
        knows: Knows::Skills([None, None]),
        ..SOMEBODY
    };
    // Free now is worth more than knowing it and being in a meeting; not by much.
    assert!(free.merit(now) > knows(&busy).merit(now));
    let two = Case { today: 3, ..free };
    assert!(two.merit(now) < knows(&busy).merit(now));
}

#[test]
fn without_a_number_somebody_is_last_and_still_there() {
    let now = Instant::now();
    let free = presence(Availability::Available, now);
    let away = presence(Availability::Offline, now);
    let without = Case {
        presence: Some(&free),
        dialled_as: None,
        ..SOMEBODY
    };
    let with = Case {
        presence: Some(&away),
        dialled_as: Some(DialledAs::Directory),
        today: 20,
        meeting_in: Some(Duration::ZERO),
        ..SOMEBODY
    };
    assert!(without.merit(now) < with.merit(now));
    assert_eq!(without.reasons(now), [Reason::NoNumber, Reason::Free]);
}

#[test]
fn what_weighs_most_is_said_first() {
    let read_at = Instant::now();
    let now = read_at + Duration::from_secs(420);
    let away = presence(Availability::Away, read_at);
    let case = Case {
        presence: Some(&away),
        dialled_as: Some(DialledAs::Directory),
        today: 1,
        meeting_in: Some(Duration::from_secs(245)),
        ..SOMEBODY
    };
    let reasons = case.reasons(now);
    assert_eq!(
        reasons,
        [
            Reason::MeetingSoon(Duration::from_secs(240)),
            Reason::OldNews(read_at),
            Reason::MaybeReached,
            Reason::UnverifiedNumber,
            Reason::CalledToday(1),
        ]
    );
}

#[test]
fn presenting_and_out_of_office_count_whatever_the_availability_says() {
    let now = Instant::now();
    let mut presence = presence(Availability::Available, now);
    let free = freedom(Some(&presence));
    presence.activity = Activity::Presenting;
    assert!(freedom(Some(&presence)) < free);
    presence.activity = Activity::Nothing;
    let message = "Back on Monday".into();
    presence.out_of_office = Some(OutOfOffice { message });
    let case = Case {
        presence: Some(&presence),
        ..SOMEBODY
    };
    assert_eq!(case.reasons(now), [Reason::NotNow]);
    assert_eq!(class(Some(&presence)), 4);
}

/// From the least free to the freest.
const BY_FREEDOM: [Availability; 9] = [
    Availability::Offline,
    Availability::DoNotDisturb,
    Availability::Busy,
    Availability::BusyIdle,
    Availability::Away,
    Availability::BeRightBack,
    Availability::Unknown,
    Availability::AvailableIdle,
    Availability::Available,
];

/// Everything that is weighed, as numbers: the greater, the better for them.
#[derive(Clone, Copy, Debug)]
struct Sort {
    free: usize,
    skills: usize,
    number: usize,
    rested: u32,
    minutes_left: u64,
    seconds_new: u64,
}

fn merit(sort: Sort) -> Merit {
    let read_at = Instant::now();
    let now = read_at + Duration::from_secs(1_000 - sort.seconds_new);
    let presence = presence(BY_FREEDOM[sort.free], read_at);
    let skill = Pii::from("Billing");
    let knows = [sort.skills > 0, sort.skills > 1].map(|it| it.then_some(&skill));
    let case = Case {
        presence: Some(&presence),
        knows: Knows::Skills(knows),
        dialled_as: [None, Some(DialledAs::Directory), Some(DialledAs::Teams)][sort.number],
        today: 200 - sort.rested,
        meeting_in: Some(Duration::from_secs(sort.minutes_left * 60)),
    };
    assert!(!case.reasons(now).is_empty() || sort.free == 6);
    case.merit(now)
}

fn sort() -> impl Strategy<Value = Sort> {
    (
        0..9_usize,
        0..3_usize,
        0..3_usize,
        0..=200_u32,
        0..60_u64,
        0..=1_000_u64,
    )
        .prop_map(
            |(free, skills, number, rested, minutes_left, seconds_new)| Sort {
                free,
                skills,
                number,
                rested,
                minutes_left,
                seconds_new,
            },
        )
}

proptest! {
    #[test]
    fn what_is_better_never_ranks_lower(one in sort(), other in sort()) {
        // One thing at a time is the better of the two, all else equal.
        let base = merit(one);
        let better = [
            Sort { free: one.free.max(other.free), ..one },
            Sort { skills: one.skills.max(other.skills), ..one },
            Sort { number: one.number.max(other.number), ..one },
            Sort { rested: one.rested.max(other.rested), ..one },
            Sort { minutes_left: one.minutes_left.max(other.minutes_left), ..one },
            Sort { seconds_new: one.seconds_new.max(other.seconds_new), ..one },
        ];
        for better in better {
            prop_assert!(merit(better) >= base, "{better:?} {one:?}");
        }
    }

    #[test]
    fn no_number_is_last_whatever_speaks_for_them(one in sort(), other in sort()) {
        let without = Sort { number: 0, ..one };
        let with = Sort { number: other.number.max(1), ..other };
        prop_assert!(merit(without) < merit(with));
    }
}
