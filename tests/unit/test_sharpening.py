import numpy as np

from addons.nlu import sharpening


def test_texts_of_one_claim_move_together_where_a_shared_direction_hid_them():
    random = np.random.RandomState(1)
    claims = np.repeat(np.arange(40), 3)
    own = random.normal(size=(40, 24))[claims] + 0.3 * random.normal(size=(120, 24))
    shared = np.concatenate([own, 3 * random.normal(size=(120, 8))], axis=1)  # eight loud directions that tell nothing
    vectors = sharpening.unit(shared).astype(np.float32)

    def found(matrix):
        sharp = sharpening.unit(vectors @ matrix)
        alike = sharp @ sharp.T - 9 * np.eye(120)
        return (claims[alike.argmax(axis=1)] == claims).mean()

    matrix = sharpening.fit(vectors, claims, np.zeros(40, dtype=int), steps=1500)
    assert found(matrix) > found(np.eye(32)) + 0.2


def test_too_little_to_learn_from_changes_nothing():
    vectors = sharpening.unit(np.random.RandomState(0).normal(size=(3, 5)))
    assert np.array_equal(sharpening.fit(vectors, [0, 1, 2], [0, 0, 0]), np.eye(5))


def test_the_gradient_is_that_of_the_loss():
    random = np.random.RandomState(2)
    first, second = sharpening.unit(random.normal(size=(6, 4))), sharpening.unit(random.normal(size=(6, 4)))
    matrix = random.normal(size=(4, 4))

    def loss(m):
        scores = sharpening.unit(first @ m) @ sharpening.unit(second @ m).T / sharpening.TEMPERATURE
        both = (np.log(np.exp(s).sum(axis=1)).mean() - np.diag(s).mean() for s in (scores, scores.T))
        return sum(both)

    gradient = sharpening._gradient(matrix, first, second)
    step = np.zeros((4, 4))
    step[1, 2] = 1e-5
    assert np.isclose((loss(matrix + step) - loss(matrix - step)) / 2e-5, gradient[1, 2], rtol=1e-3)
