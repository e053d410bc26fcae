"""Objectives: what training minimises, as settings. Each is one entry point of ``bench.objectives``.

An objective is where the prefix comes from × which divergence from the teacher × how both are mixed with
the likelihood of the gold SQL. Its mathematics is the module that ``implementation`` names.
"""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field, model_validator

from bench.methods.record import Record

Divergence = Literal["fkl", "rkl", "jsd", "tvd", "skew-kl", "skew-rkl"]


class TeacherRef(Record):
    """The cell of this suite whose fit teaches."""

    model: str
    method: str


class Objective(Record):
    """What training minimises.

    Attributes:
        implementation: the module with the mathematics, imported only to train.
        needs_teacher: whether a teacher must be named.
        of_text: whether it learns from the teacher's text alone, so that tokenizers may differ.
    """

    implementation: ClassVar[str]
    needs_teacher: ClassVar[bool] = False
    of_text: ClassVar[bool] = False

    name: str


class Sft(Objective):
    """Maximum likelihood on the gold SQL."""

    implementation: ClassVar[str] = "bench.train.objectives.sft"

    name: Literal["sft"] = "sft"


class Distillation(Objective):
    """An objective that learns from a teacher, and mixes in the likelihood of the gold SQL.

    Attributes:
        fixed: whether every prefix is gold, so that the teacher can be asked once and for all.
    """

    needs_teacher: ClassVar[bool] = True
    fixed: ClassVar[bool] = False
    later: ClassVar[frozenset[str]] = frozenset({"cache"})

    teacher: TeacherRef
    kd_weight: float = Field(1.0, ge=0)
    mle_weight: float = Field(1.0, ge=0)
    cache: Literal["full"] | Annotated[int, Field(ge=1)] | None = None
    """Keep what the teacher predicts on the disk: all of it, or of each token the likeliest so many."""

    @model_validator(mode="after")
    def _asked_once(self) -> Distillation:
        if self.cache is not None and not type(self).fixed:
            fixed = ", ".join(kind.model_fields["name"].default for kind in Gold.__subclasses__())
            raise ValueError(
                f"'{self.name}' makes its prefixes while it trains, so that what the teacher predicts there"
                f" cannot be cached; 'cache' is for {fixed}"
            )
        return self

    @model_validator(mode="after")
    def _teaches(self) -> Distillation:
        if self.kd_weight == self.mle_weight == 0:
            raise ValueError("kd_weight and mle_weight are both 0, so nothing is learnt")
        return self


class Gold(Distillation):
    """A distillation on gold prefixes."""

    fixed: ClassVar[bool] = True


class Fkd(Gold):
    """Forward KL on gold prefixes (arXiv 1503.02531, token by token)."""

    implementation: ClassVar[str] = "bench.train.objectives.fkd"

    name: Literal["fkd"] = "fkd"


class Rkd(Gold):
    """Word-level reverse KL on gold prefixes, with maximum likelihood beside it."""

    implementation: ClassVar[str] = "bench.train.objectives.rkd"

    name: Literal["rkd"] = "rkd"


class Jsd(Gold):
    """Generalised Jensen-Shannon divergence on gold prefixes, in GKD's convention (arXiv 2306.13649)."""

    implementation: ClassVar[str] = "bench.train.objectives.jsd"

    name: Literal["jsd"] = "jsd"
    beta: float = Field(0.5, ge=0, le=1)
    """The teacher's share of the mixture."""
    rescaled: bool = False
    """Divide by beta·(1 - beta): forward KL at 0 and reverse KL at 1, without a jump."""

    @model_validator(mode="after")
    def _not_nothing(self) -> Jsd:
        if self.beta in (0, 1) and not self.rescaled:
            raise ValueError(
                "is zero everywhere at beta 0 and 1: set rescaled = true, or take 'fkd' or 'rkd'"
            )
        return self


class Tvd(Gold):
    """Total variation distance on gold prefixes."""

    implementation: ClassVar[str] = "bench.train.objectives.tvd"

    name: Literal["tvd"] = "tvd"


class SkewKl(Gold):
    """Forward KL to a mixture that holds a little of the teacher (arXiv 2402.03898)."""

    implementation: ClassVar[str] = "bench.train.objectives.skew_kl"

    name: Literal["skew-kl"] = "skew-kl"
    skew: float = Field(0.1, ge=0, lt=1)
    """The teacher's share of the mixture."""


class SkewRkl(Gold):
    """Reverse KL to a mixture that holds a little of the student (arXiv 2402.03898)."""

    implementation: ClassVar[str] = "bench.train.objectives.skew_rkl"

    name: Literal["skew-rkl"] = "skew-rkl"
    skew: float = Field(0.1, ge=0, lt=1)
    """The student's share of the mixture."""


class Akl(Gold):
    """Forward and reverse KL, weighed by where teacher and student differ (arXiv 2404.02657)."""

    implementation: ClassVar[str] = "bench.train.objectives.akl"

    name: Literal["akl"] = "akl"
    head: float = Field(0.5, gt=0, lt=1)
    """The likeliest tokens up to this mass are the head (the paper's mu)."""


class Abkd(Gold):
    """The alpha-beta divergence on gold prefixes (arXiv 2505.04560)."""

    implementation: ClassVar[str] = "bench.train.objectives.abkd"

    name: Literal["abkd"] = "abkd"
    alpha: float = Field(0.2, ge=0)
    beta: float = Field(0.7, ge=0)

    @model_validator(mode="after")
    def _defined(self) -> Abkd:
        if self.alpha == self.beta == 0:
            raise ValueError("alpha and beta are both 0; (1, 0) is forward KL and (0, 1) reverse KL")
        return self


class Taid(Gold):
    """Forward KL to a target that moves from the student to the teacher (arXiv 2501.16937)."""

    implementation: ClassVar[str] = "bench.train.objectives.taid"

    name: Literal["taid"] = "taid"
    mle_weight: float = Field(0.0, ge=0)
    start: float = Field(0.4, ge=0, le=1)
    """The teacher's share of the target at the first step; it ends at 1."""
    rate: float = Field(5e-4, ge=0)
    """How much a falling loss hurries the share along (the paper's alpha); 0 leaves a straight line."""
    momentum: float = Field(0.99, ge=0, lt=1)


class Kid(Distillation):
    """Distillation on imperfect data (arXiv 2410.11371): mask, fill in one pass, distil."""

    implementation: ClassVar[str] = "bench.train.objectives.kid"
    later: ClassVar[frozenset[str]] = frozenset({"cache", "mask", "refresh"})

    name: Literal["kid"] = "kid"
    ratio: float = Field(0.2, ge=0, le=1)
    """Share of the gold answer's tokens that are masked (the paper's alpha)."""
    strategy: Literal["random", "uniform", "easy", "hard"] = "random"
    fill: Literal["argmax", "sample", "mask"] = "argmax"
    """``mask`` leaves the mask tokens in place: the paper's masking-only ablation."""
    mle_prefix: Literal["gold", "imperfect"] = "imperfect"
    """What the likelihood term conditions on; the paper leaves it open, so both are here."""
    mask: Literal["auto", "mask", "bos", "unk", "pad", "eos"] = "auto"
    """Which special token masks; ``auto`` takes the first there is of mask, bos, unk and eos."""
    refresh: Literal["batch", "never"] = "batch"
    """When an example gets other masks: whenever it is seen, as in the paper, or never."""


class Seqkd(Distillation):
    """Maximum likelihood on what the teacher answers (arXiv 1606.07947)."""

    implementation: ClassVar[str] = "bench.train.objectives.seqkd"
    of_text: ClassVar[bool] = True

    name: Literal["seqkd"] = "seqkd"
    mle_weight: float = Field(0.0, ge=0)
    keep: Literal["correct", "all"] = "correct"
    """``correct`` drops answers whose result is not the gold SQL's, by the data set's own rule."""
    max_new_tokens: int = Field(128, ge=1)


class OnPolicy(Distillation):
    """A distillation whose prefixes are, at least in part, generated while training."""

    mle_weight: float = Field(0.0, ge=0)
    temperature: float = Field(1.0, gt=0)
    """Of sampling; the divergence is always taken at temperature 1."""
    max_new_tokens: int = Field(128, ge=1)


class Imitkd(OnPolicy):
    """The teacher's labels on gold prefixes, and more and more on the student's (arXiv 2009.07253)."""

    implementation: ClassVar[str] = "bench.train.objectives.imitkd"

    name: Literal["imitkd"] = "imitkd"
    decay: float = Field(10.0, ge=1)
    """At the share s of training, decay^-s of the examples keep their gold prefix."""
    gold: float | None = Field(None, ge=0, le=1)
    """A constant share of gold prefixes instead; KID's comparison probably took 0.5."""
    labels: Literal["soft", "hard"] = "soft"
    """The teacher's whole distribution, or only its likeliest token."""


class Gkd(OnPolicy):
    """Any divergence, on the student's own output for a share of the batches (arXiv 2306.13649)."""

    implementation: ClassVar[str] = "bench.train.objectives.gkd"

    name: Literal["gkd"] = "gkd"
    share: float = Field(0.5, ge=0, le=1)
    """Of the batches that the student answers itself (the paper's lambda)."""
    divergence: Divergence = "jsd"
    beta: float = Field(0.5, gt=0, lt=1)
    """Of ``jsd``: the teacher's share of the mixture."""
    skew: float = Field(0.1, ge=0, lt=1)
    """Of ``skew-kl`` and ``skew-rkl``."""


class Fdistill(OnPolicy):
    """An f-divergence of sequences, on answers of teacher and student (arXiv 2307.15190)."""

    implementation: ClassVar[str] = "bench.train.objectives.fdistill"

    name: Literal["fdistill"] = "fdistill"
    divergence: Literal["kl", "rkl", "js", "tvd"] = "tvd"


class Distillm(OnPolicy):
    """Skew KL with adaptive off-policy use of the student's outputs (arXiv 2402.03898)."""

    implementation: ClassVar[str] = "bench.train.objectives.distillm"

    name: Literal["distillm"] = "distillm"
    divergence: Literal["skew-kl", "skew-rkl"] = "skew-rkl"
    skew: float = Field(0.1, ge=0, lt=1)
    share: float = Field(0.0, ge=0, le=1)
    """Of the batches that are the student's own, at first (the paper's phi)."""
    raise_by: float = Field(0.1, ge=0, le=1)
    """Added to the share whenever the validation loss has risen."""
    tolerance: float = Field(0.1, ge=0)
    """By how much it must have risen (the paper's epsilon)."""
    buffer: int = Field(1000, ge=1)
    """How many of the student's latest outputs are kept to be used again."""


class Minillm(OnPolicy):
    """Sequence-level reverse KL by policy gradient (arXiv 2306.08543)."""

    implementation: ClassVar[str] = "bench.train.objectives.minillm"

    name: Literal["minillm"] = "minillm"
    mle_weight: float = Field(1.0, ge=0)
    mix: float = Field(0.2, ge=0, lt=1)
    """The teacher's share of the distribution that is sampled from (the paper's alpha)."""


class SpeculativeKd(OnPolicy):
    """Forward KL on the student's tokens, unlikely ones resampled by the teacher (arXiv 2410.11325)."""

    implementation: ClassVar[str] = "bench.train.objectives.speculative_kd"

    name: Literal["speculative-kd"] = "speculative-kd"
    top_k: int = Field(25, ge=1)
    """A token of the student stands if it is among so many likeliest ones of the teacher."""
    divergence: Divergence = "fkl"
    beta: float = Field(0.5, gt=0, lt=1)
    skew: float = Field(0.1, ge=0, lt=1)


class Opd(OnPolicy):
    """Reverse KL of sampled tokens, by policy gradient on the student's own output (arXiv 2505.09388)."""

    implementation: ClassVar[str] = "bench.train.objectives.opd"

    name: Literal["opd"] = "opd"
